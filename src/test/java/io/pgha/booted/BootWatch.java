package io.pgha.booted;

import io.pgha.booted.KnockerMain.Outcome;
import io.pgha.it.ClientProgram;
import io.pgha.it.RecorderMain;
import io.pgha.it.Recording;
import io.pgha.it.Recording.Attempt;
import io.pgha.it.Recording.Kind;
import io.pgha.it.Run;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The clients of a booted lab: two that write, and for each node one that tries to and one that knocks, every 20 ms. */
final class BootWatch implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long THINK_MICROS = 10_000;

    /**
     * The machines share a disk, on which one of them installs packages: a commit that takes half a second there is no error. A
     * gate that closes is one at once.
     */
    private static final String PATIENT = "&socketTimeout=3&socketFactoryArg=3000";

    private final BootedLab lab;
    private final Path recording;
    private final Path knocks;
    private final List<ClientProgram> programs = new ArrayList<>();

    /** Starts them. */
    BootWatch(BootedLab lab) {
        this.lab = lab;
        this.recording = lab.home().resolve("recording.log");
        this.knocks = lab.home().resolve("knocks.log");
        lab.nodes().forEach(this::remember);
        String one = lab.node1().machine().address();
        String two = lab.node2().machine().address();
        String door = one + ":5432," + two + ":5432/app?targetServerType=primary" + PATIENT;
        List<String> flags = List.of("-Xmx96m");
        List<String> record = List.of(
                Installation.PASSWORD,
                Long.toString(THINK_MICROS),
                "2",
                door,
                "node1",
                one + ":5432",
                "node2",
                two + ":5432");
        programs.add(
                ClientProgram.start(lab.clients(), RecorderMain.class, flags, record, recording));
        List<String> knock = List.of("node1", one, "node2", two);
        programs.add(ClientProgram.start(lab.clients(), KnockerMain.class, flags, knock, knocks));
        awaitWrites();
    }

    /** The clients know where a node is also while it is off: a knock then is there with the first packet that it hears. */
    private void remember(BootedNode node) {
        String mac =
                node.machine().run("cat", "/sys/class/net/host0/address").out().strip();
        Run.of(lab.clients()
                        .root(List.of(
                                "ip",
                                "neigh",
                                "replace",
                                node.machine().address(),
                                "lladdr",
                                mac,
                                "dev",
                                "br0",
                                "nud",
                                "permanent")))
                .orFail();
    }

    /** Waits until a row that is written from now on is acknowledged. */
    void awaitWrites() {
        long now = System.nanoTime();
        lab.expect("rows are acknowledged", PATIENCE, () -> {
            programs.forEach(ClientProgram::mustRun);
            return Files.exists(recording)
                    && since(now).attempts().stream().anyMatch(a -> a.kind() == Kind.ACKNOWLEDGED);
        });
    }

    private Recording since(long moment) {
        return new Recording(Recording.read(recording).attempts().stream()
                .filter(attempt -> attempt.sent() >= moment)
                .toList());
    }

    /** Begins to look at an event, which is about to happen. */
    Sight begin() {
        return new Sight(this, System.nanoTime());
    }

    /** Ids of all rows that were ever acknowledged. */
    Set<Long> acknowledged() {
        return Recording.read(recording).acknowledged();
    }

    @Override
    public void close() {
        programs.forEach(ClientProgram::close);
    }

    /** What was seen of one event. */
    static final class Sight {

        private final BootWatch watch;
        private final long begun;
        private final Map<BootedNode, Long> booted = new HashMap<>();

        private Sight(BootWatch watch, long begun) {
            this.watch = watch;
            this.begun = begun;
        }

        /** The node begins to boot now. */
        void boots(BootedNode node) {
            booted.put(node, System.nanoTime());
        }

        /** The longest time without an acknowledged row since it began. */
        double gapSeconds() {
            long before = begun - PATIENCE.toNanos();
            Recording all = watch.since(before);
            return all.longestGap(begun, Long.MAX_VALUE).millis() / 1_000.0;
        }

        /** Attempts of the writers that failed. */
        List<Attempt> errors() {
            return watch.since(begun).of(Kind.FAILED);
        }

        /** How many connections the node took since it began: the knocking is worth nothing where it hears none. */
        long connections(BootedNode node) {
            return watch.readKnocks(begun).accepted(node, begun, Long.MAX_VALUE);
        }

        /** Everything that must never be, in words. */
        List<String> violations() {
            List<String> found = new ArrayList<>();
            Recording seen = watch.since(begun);
            long two = seen.twoPrimariesMillis();
            if (two > 0) {
                found.add(two + " ms of two primaries");
            }
            seen.of(Kind.REJECTED).stream()
                    .filter(Sight::isOpenWithoutPrimary)
                    .forEach(attempt -> found.add("open: " + attempt.text()));
            Knocks knocks = watch.readKnocks(begun);
            watch.lab.nodes().forEach(node -> {
                long wrong = knocks.count(node, Outcome.NO_PRIMARY);
                if (wrong > 0) {
                    found.add(wrong + " connections to " + node.name() + ", which was no primary");
                }
            });
            booted.forEach((node, from) -> {
                Knocks since = watch.readKnocks(from);
                long early = since.accepted(node, from, since.firstPrimary(node));
                if (early > 0) {
                    found.add(early + " connections to " + node.name() + " before it was primary");
                }
            });
            return found;
        }

        private static boolean isOpenWithoutPrimary(Attempt attempt) {
            String[] words = attempt.text().split(" ", 3);
            boolean stops = attempt.text().contains("shutting down");
            return words[1].equals("25006") || (words[1].equals("57P03") && !stops);
        }
    }

    private Knocks readKnocks(long from) {
        return Knocks.since(from, knocks);
    }
}
