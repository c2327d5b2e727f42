package io.pgha.it;

import io.pgha.peer.LinkMain;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** One end of a peer link in a machine of the test bed: see {@link LinkMain}. */
final class LinkProcess implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Process process;
    private final BlockingQueue<Line> lines = new LinkedBlockingQueue<>();

    /**
     * What the link saw.
     *
     * @param atMillis since its start
     * @param up links that are up
     * @param heardAge of the last message, in ms
     * @param contactAge of the last answered question, in ms
     * @param count how many messages the peer had made when it made the last one
     * @param trouble the view's words
     */
    record Line(long atMillis, int up, long heardAge, long contactAge, long count, String trouble) {

        static Line parse(String text) {
            String[] part = text.split(" ", 6);
            return new Line(
                    Long.parseLong(part[0]),
                    Integer.parseInt(part[1]),
                    Long.parseLong(part[2]),
                    Long.parseLong(part[3]),
                    Long.parseLong(part[4]),
                    part[5]);
        }
    }

    /** Starts it in the network of {@code machine}. */
    LinkProcess(Machine machine, Path key, int node, Duration heartbeat, Duration deadline) {
        List<String> command = new ArrayList<>();
        command.addAll(List.of("nsenter", "-t", Long.toString(machine.pid()), "-n"));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx64m"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.addAll(List.of(LinkMain.class.getName(), key.toString()));
        command.addAll(List.of("n" + node, "n" + (3 - node)));
        command.addAll(List.of("0.0.0.0", "5480", Long.toString(heartbeat.toMillis())));
        command.addAll(List.of(Long.toString(deadline.toMillis()), "talk"));
        command.add(Wires.address(3 - node, 0) + ":5480");
        command.add(Wires.address(3 - node, 1) + ":5480");
        try {
            process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
        } catch (IOException e) {
            throw new IllegalStateException("could not start one end of a link", e);
        }
        Thread reader = new Thread(this::read, "read the link's views");
        reader.setDaemon(true);
        reader.start();
    }

    private void read() {
        try (BufferedReader from = process.inputReader(StandardCharsets.UTF_8)) {
            from.lines().map(Line::parse).forEach(lines::add);
        } catch (IOException | UncheckedIOException e) {
            // The process was killed while its output was read; await() says what is missing.
        }
    }

    /** Waits for a line that fits; lines before it are gone then. */
    Line await(String what, Predicate<Line> wanted) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        Line last = new Line(0, 0, -1, -1, -1, "nothing was printed");
        try {
            while (System.nanoTime() - end < 0) {
                Line line = lines.poll(100, TimeUnit.MILLISECONDS);
                if (line != null && wanted.test(line)) {
                    return line;
                }
                last = line == null ? last : line;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new AssertionError("never " + what + "; last: " + last);
    }

    /** Forgets what was printed until now. */
    void forget() {
        lines.clear();
    }

    Line awaitUp(int links) {
        return await(
                links + " links up",
                line -> line.up() == links && line.trouble().isEmpty());
    }

    void freeze() {
        signal("-STOP");
    }

    void thaw() {
        signal("-CONT");
    }

    void kill() {
        signal("-KILL");
    }

    private void signal(String which) {
        Run.of(List.of("kill", which, Long.toString(process.pid()))).orFail();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
