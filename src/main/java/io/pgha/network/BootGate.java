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
import java.util.List;
import java.util.Map;

/**
 * The closed gate as files, which pgha-gate.service loads at the next boot before the network and before PostgreSQL: then
 * there is neither a JVM nor a name service, so the peer's addresses stand in them as they were last resolved.
 */
public final class BootGate {

    /** Every program that loads rules of some gate, in the order in which pgha-boot calls them; each has its file. */
    private static final List<String> PROGRAMS = List.of("nft", "ipset", "iptables", "ip6tables");

    private final Path directory;

    /** In this state directory. */
    public BootGate(Path stateDirectory) {
        this.directory = stateDirectory;
    }

    /**
     * Saves the rules of this gate, unless they are there already; those of a gate of another kind go, since nobody would open
     * it. A file holds the old rules or the new ones; it is on disk when this returns.
     *
     * @throws IOException when it cannot be written; at the next boot the gate is then closed by the old rules
     */
    public void save(Gate gate) throws IOException {
        Map<String, String> rules = gate.bootRules();
        for (String program : PROGRAMS) {
            if (rules.containsKey(program)) {
                save(file(program), rules.getOrDefault(program, ""));
            }
        }
        for (String program : PROGRAMS) {
            if (!rules.containsKey(program)) {
                Files.deleteIfExists(file(program));
            }
        }
        // A rename is durable once the directory has been synchronised (fsync(2), NOTES).
        try (FileChannel all = FileChannel.open(directory, StandardOpenOption.READ)) {
            all.force(true);
        }
    }

    private Path file(String program) {
        return directory.resolve("gate." + program);
    }

    private static void save(Path file, String text) throws IOException {
        byte[] rules = text.getBytes(StandardCharsets.UTF_8);
        if (Files.exists(file) && Arrays.equals(Files.readAllBytes(file), rules)) {
            return;
        }
        Path aside = file.resolveSibling(file.getFileName() + ".pgha-tmp");
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
    }
}
