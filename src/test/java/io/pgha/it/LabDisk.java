package io.pgha.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A file system of its own for a node, in a file: one that can hang, as a storage network does. Whoever writes to it then
 * waits in the kernel, where no signal reaches (fsfreeze(8)).
 */
record LabDisk(Path where) {

    private static final Path MOUNTS = Path.of("/proc/self/mounts");

    /** Makes the file system beside {@code where} and mounts it there. */
    static LabDisk mount(Path where) {
        String image = where.resolveSibling(where.getFileName() + ".img").toString();
        Run.of(List.of("truncate", "-s", "1G", image)).orFail();
        Run.of(List.of("mkfs.ext4", "-q", "-m", "0", "-E", "lazy_itable_init=1", image))
                .orFail();
        try {
            Files.createDirectories(where);
        } catch (IOException e) {
            throw new IllegalStateException("could not make " + where, e);
        }
        Run.of(List.of("mount", "-o", "loop,errors=remount-ro", image, where.toString()))
                .orFail();
        return new LabDisk(where);
    }

    /** Takes all its room but for so many megabytes. */
    void fill(int megabytes) {
        try {
            long room = Files.getFileStore(where).getUsableSpace() >> 20;
            String ballast = where.resolve("ballast").toString();
            Run.of(List.of("fallocate", "-l", (room - megabytes) + "M", ballast))
                    .orFail();
        } catch (IOException e) {
            throw new IllegalStateException("could not fill " + where, e);
        }
    }

    /** Gives the room back. */
    void empty() {
        Run.of(List.of("rm", where.resolve("ballast").toString())).orFail();
    }

    /** The kernel finds an error in the file system, and makes it read-only for good (ext4(5), errors=remount-ro). */
    void fail() {
        String device = Run.of(List.of("findmnt", "-n", "-o", "SOURCE", where.toString()))
                .orFail()
                .out()
                .strip();
        Path trigger = Path.of("/sys/fs/ext4", Path.of(device).getFileName().toString())
                .resolve("trigger_fs_error");
        try {
            Files.writeString(trigger, "1");
        } catch (IOException e) {
            throw new IllegalStateException("could not break " + where, e);
        }
    }

    /** From here on no write comes back. */
    void hang() {
        Run.of(List.of("fsfreeze", "-f", where.toString())).orFail();
    }

    /** Ends the hang: what waited is written. */
    void resume() {
        Run.of(List.of("fsfreeze", "-u", where.toString())).orFail();
    }

    /** Ends the hang of every file system below a directory: before that nothing that waits there can die. */
    static void resumeBelow(Path directory) {
        // Fails where nothing hangs, which is well.
        mountedBelow(directory).forEach(where -> Run.of(List.of("fsfreeze", "-u", where)));
    }

    /** Takes away every file system that is mounted below a directory. */
    static void unmountBelow(Path directory) {
        mountedBelow(directory)
                .forEach(where -> Run.of(List.of("umount", "-l", where)).orFail());
    }

    private static List<String> mountedBelow(Path directory) {
        try (Stream<String> lines = Files.lines(MOUNTS)) {
            return lines.map(line -> line.split(" ", 3)[1])
                    .filter(where -> Path.of(where).startsWith(directory))
                    .toList();
        } catch (IOException e) {
            throw new IllegalStateException("could not read " + MOUNTS, e);
        }
    }
}
