package io.pgha.store;

import io.pgha.decision.Fact;
import io.pgha.json.Json;
import io.pgha.json.JsonRefused;
import io.pgha.plan.Step;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * One line of the journal: {@code CRC32C NUMBER JSON}. The checksum covers number and JSON, so that neither a torn line nor
 * a line out of place is taken for a fact.
 */
final class FactLine {

    private static final Json JSON = new Json(Json.Unknown.NULL)
            .kinds(Fact.class)
            .kinds(Step.class)
            .text(Path.class, path -> path.toUri().toString(), FactLine::path);

    private FactLine() {}

    /** What is wrong with a line. */
    enum Fault {
        /** It is not whole: a write that a crash cut short, or a change on the disk. */
        TORN,
        /** It is whole, and stands where another belongs. */
        MISPLACED,
        /** It is whole and in its place, and says what this version does not know. */
        FOREIGN
    }

    /** The line is not a fact. */
    static final class Unreadable extends Exception {
        private final Fault fault;
        private final String why;

        Unreadable(Fault fault, String why) {
            super(why);
            this.fault = fault;
            this.why = why;
        }

        Fault fault() {
            return fault;
        }

        String why() {
            return why;
        }
    }

    static String write(long number, Fact fact) {
        String body = number + " " + JSON.write(fact, Fact.class);
        return checksum(body) + " " + body + "\n";
    }

    static Fact read(String line, long expectedNumber) throws Unreadable {
        int first = line.indexOf(' ');
        if (first != 8) {
            throw new Unreadable(Fault.TORN, "no checksum");
        }
        String body = line.substring(9);
        if (!checksum(body).equals(line.substring(0, 8))) {
            throw new Unreadable(Fault.TORN, "checksum does not match");
        }
        int second = body.indexOf(' ');
        if (second < 1 || !body.substring(0, second).equals(Long.toString(expectedNumber))) {
            throw new Unreadable(Fault.MISPLACED, "line number " + expectedNumber + " expected");
        }
        try {
            return JSON.read(body.substring(second + 1), Fact.class);
        } catch (JsonRefused e) {
            throw new Unreadable(Fault.FOREIGN, String.valueOf(e.getMessage()));
        }
    }

    private static String checksum(String body) {
        CRC32C crc = new CRC32C();
        crc.update(body.getBytes(StandardCharsets.UTF_8));
        return String.format("%08x", crc.getValue());
    }

    /** From its URI, which says nothing of a directory that the process happens to be in. */
    private static Path path(String uri) {
        try {
            return Path.of(URI.create(uri));
        } catch (FileSystemNotFoundException e) {
            throw new IllegalArgumentException("'" + uri + "' is not of this file system", e);
        }
    }
}
