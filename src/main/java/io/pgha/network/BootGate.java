package io.pgha.network;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/**
 * The closed gate as a file, which pgha-gate.service loads at the next boot before the network and before PostgreSQL: then
 * there is neither a JVM nor a name service, so the peer's addresses stand in it as they were last resolved.
 */
public final class BootGate {

    private final Path file;

    /** In this state directory. */
    public BootGate(Path stateDirectory) {
        this.file = stateDirectory.resolve("gate.nft");
    }

    /** Where the rules lie. */
    public Path file() {
        return file;
    }

    /**
     * Saves the rules of this gate, unless they are there already. The file holds the old rules or the new ones; it is on
     * disk when this returns.
     *
     * @throws IOException when it cannot be written; at the next boot the gate is then closed by the old rules
     */
    public void save(NftGate gate) throws IOException {
        byte[] rules = gate.rulesText().getBytes(StandardCharsets.UTF_8);
        if (Files.exists(file) && Arrays.equals(Files.readAllBytes(file), rules)) {
            return;
        }
        Path aside = file.resolveSibling("gate.nft.pgha-tmp");
        try (FileChannel channel = FileChannel.open(
                aside,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE)) {
            ByteBuffer buffer = ByteBuffer.wrap(rules);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            channel.force(true);
        }
        Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE);
        // A rename is durable once the directory has been synchronised (fsync(2), NOTES).
        try (FileChannel directory =
                FileChannel.open(file.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
            directory.force(true);
        }
    }
}
