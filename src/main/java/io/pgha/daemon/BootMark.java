package io.pgha.daemon;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * Which boot this is: the kernel's boot id, and a mark in the run directory, which does not survive a reboot. The mark tells
 * the boots of a container apart that share one kernel.
 */
final class BootMark {

    private BootMark() {}

    /**
     * The same for every start of the daemon in one boot.
     *
     * @throws IOException when the run directory cannot be used: without it a boot could be taken for a restart
     */
    static String read(Path runDirectory) throws IOException {
        Files.createDirectories(runDirectory);
        Path mark = runDirectory.resolve("boot");
        if (!Files.exists(mark)) {
            Files.writeString(
                    mark,
                    UUID.randomUUID() + "\n",
                    StandardCharsets.UTF_8,
                    StandardOpenOption.CREATE_NEW,
                    StandardOpenOption.WRITE);
        }
        String kernel = Files.readString(
                        Path.of("/proc/sys/kernel/random/boot_id"), StandardCharsets.UTF_8)
                .strip();
        return kernel + "/" + Files.readString(mark, StandardCharsets.UTF_8).strip();
    }
}
