package io.pgha.it;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;

/**
 * A directory of this run under /tmp. It names its owner (process number and start), so that {@link #sweep()} of a later
 * run can remove it when this JVM is killed before it could.
 */
public record LabDirectory(Path path) {

    private static final Path PARENT = Path.of("/tmp");
    private static final String PREFIX = "pgha-lab-";
    private static final String OWNER = "made-by";
    /** Field 22 of /proc/PID/stat, counted from the one behind the name. */
    private static final int START_TIME = 19;

    /** Makes one; the purpose is part of its name. */
    public static LabDirectory make(String purpose) {
        try {
            Path path = Files.createTempDirectory(PARENT, PREFIX + purpose + "-");
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
            long self = ProcessHandle.current().pid();
            Files.writeString(path.resolve(OWNER), self + " " + started(self) + "\n");
            return new LabDirectory(path);
        } catch (IOException e) {
            throw new IllegalStateException("could not make a directory in " + PARENT, e);
        }
    }

    /** As the kernel counts it, from the boot: the wall clock may be set between two looks. Not there: it is gone. */
    private static String started(long process) throws IOException {
        Path stat = Path.of("/proc/" + process + "/stat");
        try {
            String all = Files.readString(stat);
            return all.substring(all.lastIndexOf(')') + 2).split(" ", -1)[START_TIME];
        } catch (IOException e) {
            if (Files.exists(stat)) {
                throw e;
            }
            return "";
        }
    }

    void handToPostgres() {
        Run.of(List.of("chown", "-R", "postgres:postgres", path.toString())).orFail();
    }

    /** Removes it with all it holds. Safe to call twice. */
    public void remove() {
        if (Files.exists(path)) {
            LabDisk.resumeBelow(path);
            LabDisk.unmountBelow(path);
            Run.within(Duration.ofSeconds(60), List.of("rm", "-rf", path.toString()))
                    .orFail();
        }
    }

    /**
     * Removes what runs left behind that were killed. Processes and interfaces are not among it: a machine's kernel
     * objects end with the JVM that made it.
     *
     * @return how many directories were removed
     */
    public static int sweep() {
        int removed = 0;
        try (DirectoryStream<Path> all = Files.newDirectoryStream(PARENT, PREFIX + "*")) {
            for (Path path : all) {
                if (isOrphan(path)) {
                    new LabDirectory(path).remove();
                    removed++;
                }
            }
        } catch (IOException e) {
            throw new IllegalStateException("could not list " + PARENT, e);
        }
        return removed;
    }

    private static boolean isOrphan(Path path) throws IOException {
        String[] owner;
        try {
            owner = Files.readString(path.resolve(OWNER)).strip().split(" ", 2);
        } catch (NoSuchFileException e) {
            return false; // Another run is just making or removing it.
        }
        return owner.length == 2 && !started(Long.parseLong(owner[0])).equals(owner[1]);
    }
}
