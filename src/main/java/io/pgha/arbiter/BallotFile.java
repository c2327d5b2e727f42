package io.pgha.arbiter;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pgha.json.JsonRefused;
import io.pgha.peer.ModelJson;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import java.util.zip.CRC32C;

/**
 * A pair's ballot on the witness's disk: two lines of text, the second one with a checksum. It is written aside, forced to the
 * disk and renamed, and so is its directory, so that afterwards the old ballot or the new one is there, whole.
 */
final class BallotFile {

    private static final String HEADER = "pgha-witness 1\n";
    private static final int MAX_BYTES = 64 * 1024;
    private static final int CHECKSUM = 8;

    private final Path file;

    BallotFile(Path file) {
        this.file = file;
    }

    /** What the file holds: the ballot, and where the witness speaks from. */
    record Content(Exchange.Mark mark, Ballot ballot) {}

    /** There is a file, and it is not what was written: cut short, changed, or of another version. */
    static final class Damaged extends Exception {
        private static final long serialVersionUID = 1L;

        Damaged(String message) {
            super(message);
        }
    }

    Path path() {
        return file;
    }

    /** The file's content; empty when there is none. */
    Optional<Content> read() throws IOException, Damaged {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        if (Files.size(file) > MAX_BYTES) {
            throw new Damaged("it is larger than " + MAX_BYTES + " bytes");
        }
        String text = new String(Files.readAllBytes(file), UTF_8);
        if (!text.startsWith(HEADER)) {
            throw new Damaged("it does not begin with '" + HEADER.strip() + "'");
        }
        String line = text.substring(HEADER.length());
        if (line.length() < CHECKSUM + 2 || !line.endsWith("\n")) {
            throw new Damaged("it is cut short");
        }
        String body = line.substring(CHECKSUM + 1, line.length() - 1);
        if (!line.substring(0, CHECKSUM + 1).equals(checksum(body) + " ")) {
            throw new Damaged("its checksum does not match");
        }
        try {
            return Optional.of(ModelJson.JSON.read(body, Content.class));
        } catch (JsonRefused e) {
            throw new Damaged("it was written by another version: " + e.getMessage());
        }
    }

    /** When this returns the content is durable; when it throws, either the old or the new one is. */
    void write(Content content) throws IOException {
        String body = ModelJson.JSON.write(content);
        byte[] text = (HEADER + checksum(body) + " " + body + "\n").getBytes(UTF_8);
        Path aside = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(aside);
        try (FileChannel out = FileChannel.open(
                aside,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(
                        PosixFilePermissions.fromString("rw-------")))) {
            ByteBuffer rest = ByteBuffer.wrap(text);
            while (rest.hasRemaining()) {
                out.write(rest);
            }
            out.force(true);
        }
        Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE);
        forceDirectory();
    }

    /** Puts a file that cannot be read out of the way, for a person to look at; an earlier such file is replaced. */
    void setAside() throws IOException {
        Path aside = file.resolveSibling(file.getFileName() + ".damaged");
        Files.move(
                file, aside, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        forceDirectory();
    }

    private void forceDirectory() throws IOException {
        Path directory = file.toAbsolutePath().getParent();
        if (directory != null) {
            try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    private static String checksum(String body) {
        CRC32C crc = new CRC32C();
        crc.update(body.getBytes(UTF_8));
        return String.format("%08x", crc.getValue());
    }
}
