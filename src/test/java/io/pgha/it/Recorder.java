package io.pgha.it;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * The recording client of a lab: writers through the traffic manager and an observer of each node, in a JVM of their
 * own inside the client machine, whose System.nanoTime is this JVM's too (one host, one monotonic clock).
 */
final class Recorder implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    /** What a client does: how many connections, and how long each rests between two writes. */
    record Pace(int connections, Duration think) {

        /** Enough that every moment of a gap has its write. */
        static final Pace DENSE = new Pace(4, Duration.ofMillis(5));
        /** Where only counts what is lost, and the machine has other work. */
        static final Pace EASY = new Pace(1, Duration.ofMillis(20));
    }

    private final Lab lab;
    private final Process process;
    private final Path log;
    private final Path errors;

    /** Starts it; {@code door} is where it writes: host, port, database and what else a URL may have. */
    Recorder(Lab lab, Pace pace, String door) {
        this.lab = lab;
        long stamp = System.nanoTime();
        this.log = lab.home().resolve("client/recording-" + stamp + ".log");
        this.errors = lab.home().resolve("client/recording-" + stamp + ".err");
        List<String> command = new ArrayList<>(List.of("java", "-XX:+UseSerialGC", "-Xmx96m"));
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:-UsePerfData", "-Xshare:auto"));
        command.addAll(List.of("-cp", classPath(), RecorderMain.class.getName()));
        command.addAll(List.of(Template.PASSWORD, "" + pace.think().toNanos() / 1_000));
        command.addAll(List.of("" + pace.connections(), door));
        command.addAll(List.of("node1", Wires.address(1) + ":5432"));
        command.addAll(List.of("node2", Wires.address(2) + ":5432"));
        try {
            this.process = new ProcessBuilder(lab.client().root(command))
                    .redirectOutput(log.toFile())
                    .redirectError(errors.toFile())
                    .start();
        } catch (IOException e) {
            throw new IllegalStateException("could not start the recording client", e);
        }
    }

    /** Only what the client's JVM needs, so that it does not depend on how tests are launched. */
    private static String classPath() {
        return location(RecorderMain.class) + File.pathSeparator + location(driver());
    }

    private static Class<?> driver() {
        return DriverManager.drivers()
                .<Class<?>>map(Object::getClass)
                .filter(driver -> driver.getName().startsWith("org.postgresql."))
                .findFirst()
                .orElseThrow();
    }

    private static String location(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString();
        } catch (URISyntaxException e) {
            throw new IllegalStateException("no class path for " + type, e);
        }
    }

    /** Waits until rows written from now on are acknowledged by whichever node, 20 s at most. */
    void awaitWrites() {
        await(LIMIT, attempt -> true);
    }

    /** The same with the patience that a takeover in trouble needs. */
    void awaitServed() {
        await(StruckPair.PATIENCE, attempt -> true);
    }

    /** The same by one node: after a crash of the other, whose orphans may still acknowledge what they had begun. */
    void awaitWrites(LabNode by) {
        awaitWrites(by, LIMIT);
    }

    /** Waits until rows written from now on are acknowledged by one node. */
    void awaitWrites(LabNode by, Duration limit) {
        await(limit, attempt -> attempt.concerns(by.number()));
    }

    private void await(Duration limit, Predicate<Recording.Attempt> wanted) {
        RecordingTail tail = RecordingTail.ofEnd(log);
        long now = System.nanoTime();
        lab.expect("rows are acknowledged", limit, () -> {
            if (!process.isAlive()) {
                throw new IllegalStateException("the recording client ended: "
                        + Run.of(List.of("cat", errors.toString())).out());
            }
            return tail.next().stream()
                    .filter(attempt -> attempt.kind() == Recording.Kind.ACKNOWLEDGED)
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
        Optional<ProcessHandle> java = process.children().findFirst();
        try {
            process.getOutputStream().close();
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                java.ifPresent(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            }
        } catch (IOException e) {
            java.ifPresent(ProcessHandle::destroyForcibly);
        } catch (InterruptedException e) {
            java.ifPresent(ProcessHandle::destroyForcibly);
            Thread.currentThread().interrupt();
        }
    }
}
