package io.pgha.it;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Tells the {@link Story} of a lab as it happens: every line the daemons log, and the present: writes per second that
 * each node acknowledged, and what a client that knocks at its port is told.
 */
final class Watcher implements AutoCloseable {

    private static final long LOOK_MILLIS = 100;

    private final Story story;
    private final List<LabNode> nodes;
    private final Path recording;
    private final int looksPerLine;
    private final Map<Path, Long> read = new HashMap<>();
    private final Map<String, Integer> writes = new HashMap<>();
    private final Map<String, String> doors = new HashMap<>();
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
    private int looks;

    /**
     * Prepares to watch.
     *
     * @param millisPerLine how often the present is told
     */
    Watcher(Story story, Lab lab, Path recording, int millisPerLine) {
        this.story = story;
        this.nodes = List.of(lab.node1(), lab.node2());
        this.recording = recording;
        this.looksPerLine = (int) (millisPerLine / LOOK_MILLIS);
    }

    /** Begins to tell. */
    void start() {
        var unused = clock.scheduleWithFixedDelay(
                this::look, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void look() {
        for (LabNode node : nodes) {
            String log = fresh(node.daemon().log());
            log.lines().forEach(line -> story.event(node.name(), sentence(node, line)));
        }
        fresh(recording).lines().forEach(this::count);
        looks++;
        if (looks % looksPerLine == 0) {
            story.live(door("node1") + "   " + door("node2"));
            writes.clear();
        }
    }

    /** An event without the time and level before the node's name; other lines as they are. */
    private static String sentence(LabNode node, String line) {
        String name = " " + node.name() + " ";
        int at = line.indexOf(name);
        return at < 0 ? line : line.substring(at + name.length());
    }

    private void count(String line) {
        String[] part = line.split(" ", 5);
        if (part.length < 5) {
            return;
        }
        for (LabNode node : nodes) {
            if (part[0].equals("W") && part[4].equals(node.address())) {
                writes.merge(node.name(), 1, Integer::sum);
            } else if (part[0].equals("O") && part[4].equals(node.name())) {
                doors.put(node.name(), story.good("open"));
            } else if (part[0].equals("X") && part[4].startsWith(node.name())) {
                doors.put(node.name(), told(part[4]));
            }
        }
    }

    private String told(String error) {
        if (error.contains("read-only")) {
            return story.bad("open, read-only");
        }
        if (error.contains("refused") || error.contains("reset")) {
            return story.faint("closed");
        }
        return story.faint(error.contains("timed out") ? "silent" : "no answer");
    }

    private String door(String node) {
        long perSecond = writes.getOrDefault(node, 0) * 1_000L / (looksPerLine * LOOK_MILLIS);
        String rate = "%5d writes/s".formatted(perSecond);
        return node
                + " "
                + (perSecond > 0 ? story.good(rate) : story.faint(rate))
                + ", gate "
                + doors.getOrDefault(node, story.faint("not seen"));
    }

    /** The whole lines that were written to a file since the last look. */
    private String fresh(Path file) {
        if (!Files.exists(file)) {
            return "";
        }
        try (RandomAccessFile from = new RandomAccessFile(file.toFile(), "r")) {
            long begin = read.getOrDefault(file, 0L);
            from.seek(begin);
            byte[] bytes = new byte[(int) Math.min(1_000_000, from.length() - begin)];
            from.readFully(bytes);
            String text = new String(bytes, StandardCharsets.UTF_8);
            String whole = text.substring(0, text.lastIndexOf('\n') + 1);
            read.put(file, begin + whole.getBytes(StandardCharsets.UTF_8).length);
            return whole;
        } catch (IOException e) {
            return ""; // Looked at again in a moment.
        }
    }

    @Override
    public void close() {
        clock.shutdownNow();
        story.end();
    }
}
