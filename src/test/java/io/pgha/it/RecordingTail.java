package io.pgha.it;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What a recording client writes from some moment on, read once. Waiting for a write by reading the whole recording again
 * and again keeps a core busy, and the pair that is measured waits for that core.
 */
final class RecordingTail {

    private final Path log;
    private long at;

    private RecordingTail(Path log, long at) {
        this.log = log;
        this.at = at;
    }

    /** What is there already too. */
    static RecordingTail ofAll(Path log) {
        return new RecordingTail(log, 0);
    }

    /** All that is written from now on. */
    static RecordingTail ofEnd(Path log) {
        try {
            return new RecordingTail(log, Files.exists(log) ? Files.size(log) : 0);
        } catch (IOException e) {
            throw new IllegalStateException("could not look at " + log, e);
        }
    }

    /** What came since the last call; a line that is only half written yet is left for the next. */
    List<Recording.Attempt> next() {
        if (!Files.exists(log)) {
            return List.of();
        }
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
            byte[] fresh = new byte[Math.toIntExact(file.length() - at)];
            file.seek(at);
            file.readFully(fresh);
            int whole = fresh.length;
            while (whole > 0 && fresh[whole - 1] != '\n') {
                whole--;
            }
            at += whole;
            String text = new String(fresh, 0, whole, StandardCharsets.UTF_8);
            return text.lines().map(Recording.Attempt::parse).toList();
        } catch (IOException e) {
            throw new IllegalStateException("could not read " + log, e);
        }
    }
}
