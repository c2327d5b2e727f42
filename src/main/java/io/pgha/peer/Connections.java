package io.pgha.peer;

import io.pgha.model.LinkView;
import io.pgha.model.MonoTime;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Every connection there is and every address that is to be connected to: their number, their deadlines, and how they
 * end. Used by the link thread only.
 */
final class Connections {

    /** Both directions together; a pair uses two an address. */
    private static final int LIMIT = 32;

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(10);

    private final List<Dial> dials;
    private final Hearing hearing;
    private final LinkPace pace;
    private final Path keyFile;
    private final Set<Connection> all = new LinkedHashSet<>();
    private boolean changed = true;
    /** A connection ended since the closed ones were taken out. */
    private boolean ended;

    private MonoTime nextDue;
    private long numbers;

    Connections(List<Dial> dials, Hearing hearing, LinkPace pace, Path keyFile, MonoTime now) {
        this.dials = dials;
        this.hearing = hearing;
        this.pace = pace;
        this.keyFile = keyFile;
        this.nextDue = now;
    }

    List<Connection> all() {
        return List.copyOf(all);
    }

    List<Dial> dials() {
        return dials;
    }

    /** The number of the next connection. */
    long nextNumber() {
        return ++numbers;
    }

    void begin(Connection connection, MonoTime now) {
        all.add(connection);
        try {
            connection.begin();
        } catch (IOException e) {
            end(connection, e, now);
        }
    }

    /** It is another's now: whatever happens to the others, its socket stays as it is. */
    void forget(Connection connection) {
        all.remove(connection);
    }

    /** Takes the place of the oldest stranger, else of the oldest connection the peer has made. */
    void makeRoom() {
        if (all.size() < LIMIT) {
            return;
        }
        all.stream()
                .filter(one -> one.dial().isEmpty() && one.isShaking())
                .findFirst()
                .or(() -> all.stream().filter(one -> one.dial().isEmpty()).findFirst())
                .ifPresent(one -> {
                    one.close();
                    all.remove(one);
                });
    }

    /** Ends what is past its deadline. */
    void endOverdue(MonoTime now) {
        if (!ended && nextDue.isAfter(now)) {
            return;
        }
        ended = false;
        for (Connection connection : all()) {
            connection.overdue(pace, now).ifPresent(words -> {
                end(connection, new Ending(words, false), now);
                connection.close();
            });
        }
        for (Dial dial : dials) {
            dial.overdue(now).ifPresent(words -> fail(dial, words, now));
        }
        all.removeIf(Connection::isClosed);
    }

    /** How long nothing is due; zero when something is. */
    Duration untilNext(MonoTime now) {
        MonoTime next = now.plus(LONGEST_WAIT);
        for (Dial dial : dials) {
            next = earlier(next, dial.deadline());
        }
        for (Connection connection : all) {
            next = earlier(next, connection.deadline(pace));
        }
        nextDue = next;
        Duration wait = next.since(now);
        return wait.isNegative() ? Duration.ZERO : wait;
    }

    private static MonoTime earlier(MonoTime one, Optional<MonoTime> other) {
        return other.isPresent() && one.isAfter(other.get()) ? other.get() : one;
    }

    void end(Connection connection, IOException cause, MonoTime now) {
        end(connection, Ending.of(cause, connection, keyFile), now);
    }

    /** Ends a connection; where one side was refused, the other is told before the socket goes. */
    void end(Connection connection, Ending ending, MonoTime now) {
        boolean wasUsed = connection.isOpen() || connection.isShaking();
        ended = true;
        if (wasUsed) {
            connection.dial().ifPresent(dial -> dial.failed(ending.words(), ending.refused(), now));
            changed = true;
        }
        if (ending.refused() && wasUsed) {
            hearing.refused(ending.words());
            connection.leave(now);
        } else {
            connection.close();
        }
    }

    /** An attempt to connect came to nothing. */
    void fail(Dial dial, String words, MonoTime now) {
        dial.failed(words, false, now);
        changed = true;
    }

    void dropAll(String words, MonoTime now) {
        for (Connection connection : all()) {
            end(connection, new Ending(words, false), now);
        }
        all.clear();
    }

    /** The peer lives: addresses that could not be reached are tried again now. */
    void hurry(MonoTime now) {
        dials.forEach(dial -> dial.hurry(now));
    }

    /** True when no connection that this node made works. */
    boolean noDialIsUp() {
        for (Dial dial : dials) {
            if (dial.isUp()) {
                return false;
            }
        }
        return true;
    }

    /** True while some connection works; what the peer has connected only counts while it is used for questions. */
    boolean anyIsUp(MonoTime now) {
        if (!noDialIsUp()) {
            return true;
        }
        for (Connection one : all) {
            if (one.isUp(pace.answerDeadline(), now)) {
                return true;
            }
        }
        return false;
    }

    List<LinkView> views() {
        List<LinkView> views = new ArrayList<>(dials.size());
        for (Dial dial : dials) {
            views.add(dial.view());
        }
        return views;
    }

    /** There is something new to show. */
    void changed() {
        changed = true;
    }

    /** True when there was something new since the last call. */
    boolean takeChanged() {
        boolean was = changed;
        changed = false;
        return was;
    }
}
