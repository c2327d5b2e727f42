package io.pgha.it;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * The recording client of a lab: writers through the traffic manager and an observer of each node, in a JVM of their
 * own inside the client machine, whose System.nanoTime is this JVM's too (one host, one monotonic clock).
 */
final class Recorder implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofSeconds(40);

    /** What a client does: how many connections, and how long each rests between two writes. */
    record Pace(int connections, Duration think) {

        /** Enough that every moment of a gap has its write. */
        static final Pace DENSE = new Pace(4, Duration.ofMillis(5));
        /** Where only counts what is lost, and the machine has other work. */
        static final Pace EASY = new Pace(1, Duration.ofMillis(20));
    }

    private final Lab lab;
    private final ClientProgram program;
    private final Path log;

    /** Starts it; {@code door} is where it writes: host, port, database and what else a URL may have. */
    Recorder(Lab lab, Pace pace, String door) {
        this.lab = lab;
        this.log = lab.home().resolve("client/recording-" + System.nanoTime() + ".log");
        List<String> arguments = new ArrayList<>();
        arguments.addAll(List.of(Template.PASSWORD, "" + pace.think().toNanos() / 1_000));
        arguments.addAll(List.of("" + pace.connections(), door));
        arguments.addAll(List.of("node1", Wires.address(1) + ":5432"));
        arguments.addAll(List.of("node2", Wires.address(2) + ":5432"));
        this.program = ClientProgram.start(
                lab.client(), RecorderMain.class, List.of("-Xmx96m"), arguments, log);
    }

    /** Waits until rows written from now on are acknowledged by whichever node, 40 s at most. */
    void awaitWrites() {
        await(LIMIT, Recording.Kind.ACKNOWLEDGED, attempt -> true);
    }

    /** The same with the patience that a takeover in trouble needs. */
    void awaitServed() {
        await(StruckPair.PATIENCE, Recording.Kind.ACKNOWLEDGED, attempt -> true);
    }

    /** The same by one node: after a crash of the other, whose orphans may still acknowledge what they had begun. */
    void awaitWrites(LabNode by) {
        awaitWrites(by, LIMIT);
    }

    /** Waits until rows written from now on are acknowledged by one node. */
    void awaitWrites(LabNode by, Duration limit) {
        await(limit, Recording.Kind.ACKNOWLEDGED, attempt -> attempt.concerns(by.number()));
    }

    /** Waits until a row that an observer writes from now on is acknowledged by one node, whoever else serves. */
    void awaitObserved(LabNode by) {
        await(LIMIT, Recording.Kind.ACCEPTED, attempt -> attempt.concerns(by.number()));
    }

    private void await(Duration limit, Recording.Kind kind, Predicate<Recording.Attempt> wanted) {
        RecordingTail tail = RecordingTail.ofEnd(log);
        long now = System.nanoTime();
        lab.expect("rows are acknowledged", limit, () -> {
            program.mustRun();
            return tail.next().stream()
                    .filter(attempt -> attempt.kind() == kind)
                    .filter(attempt -> attempt.sent() > now)
                    .anyMatch(wanted);
        });
    }

    /** What was recorded until now. */
    Recording recording() {
        return Recording.read(log);
    }

    /** Where its lines appear as they are written. */
    Path log() {
        return log;
    }

    /** Ends the clients and returns all they recorded. */
    Recording stop() {
        close();
        return recording();
    }

    @Override
    public void close() {
        program.close();
    }
}
