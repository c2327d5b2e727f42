package io.pgha.daemon;

import io.pgha.engine.Status;
import io.pgha.os.SystemdNotify;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * What the service manager hears of the daemon. It is fed by the engine's turn, so that a daemon whose threads live and whose
 * engine hangs is restarted. Engine's thread only.
 */
final class Supervision {

    private static final Logger LOG = LoggerFactory.getLogger("pgha");

    /** Asked for again with each turn of a hand-over; well above the time between two. */
    private static final String LONGER = "EXTEND_TIMEOUT_USEC=5000000";

    /** The state is put into words this often at most. */
    private static final long STATUS_NANOS = 1_000_000_000L;

    private final Consumer<String> manager;
    private final Optional<Duration> watchdog;
    private final LongSupplier nanoTime;
    private long fedAt;
    private long lookedAt;
    private String said = "";

    /**
     * @param manager takes lines as sd_notify(3) has them
     * @param watchdog how long it bears silence; empty when it does not watch
     * @param nanoTime monotonic
     */
    Supervision(Consumer<String> manager, Optional<Duration> watchdog, LongSupplier nanoTime) {
        this.manager = manager;
        this.watchdog = watchdog;
        this.nanoTime = nanoTime;
        this.fedAt = nanoTime.getAsLong();
        this.lookedAt = fedAt - STATUS_NANOS;
    }

    /** Of the service manager that started this process; nobody hears it where there is none. */
    static Supervision ofThisProcess() {
        SystemdNotify systemd = SystemdNotify.ofThisProcess(why -> LOG.warn("{}", why));
        return new Supervision(systemd::send, systemd.watchdog(), System::nanoTime);
    }

    /** The daemon answers: whatever was ordered after it may start. */
    void ready() {
        manager.accept("READY=1");
    }

    /**
     * The configuration is read anew; any thread. Until {@link #ready} {@code systemctl reload} waits.
     */
    void reloading() {
        manager.accept("RELOADING=1\nMONOTONIC_USEC=" + nanoTime.getAsLong() / 1000);
    }

    /** After each turn: the watchdog is fed at half of its time, and a state that is another is told within a second. */
    void turned(Supplier<Optional<Status>> status) {
        feed();
        long now = nanoTime.getAsLong();
        if (now - lookedAt >= STATUS_NANOS) {
            lookedAt = now;
            status.get().map(Supervision::sentence).ifPresent(this::say);
        }
    }

    /** Why there is no daemon; {@code systemctl status} shows it. */
    void refused(String why) {
        say("not started: " + why.lines().findFirst().orElse(""));
    }

    private void say(String sentence) {
        if (!sentence.equals(said)) {
            said = sentence;
            manager.accept("STATUS=" + sentence);
        }
    }

    private void feed() {
        long now = nanoTime.getAsLong();
        if (watchdog.isPresent() && now - fedAt >= watchdog.get().toNanos() / 2) {
            fedAt = now;
            manager.accept("WATCHDOG=1");
        }
    }

    /** A stop has been asked for. */
    void stopping() {
        manager.accept("STOPPING=1");
    }

    /** After each turn in which a stop waits for its long lease. */
    void leaving() {
        feed();
        manager.accept(LONGER);
    }

    private static String sentence(Status status) {
        return status.state() + ", epoch " + status.epoch() + ": "
                + status.situation().lines().findFirst().orElse("");
    }
}
