package io.pgha.it;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A directory of this run under /tmp. It names its owner (process number and start), so that {@link #sweep()} of a later
 * run can remove it when this JVM is killed before it could.
 */
record LabDirectory(Path path) {

    private static final Path PARENT = Path.of("/tmp");
    private static final String PREFIX = "pgha-lab-";
    private static final String OWNER = "owner";

    static LabDirectory make(String purpose) {
        try {
            Path path = Files.createTempDirectory(PARENT, PREFIX + purpose + "-");
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
            ProcessHandle self = ProcessHandle.current();
            Files.writeString(path.resolve(OWNER), self.pid() + " " + started(self) + "\n");
            return new LabDirectory(path);
        } catch (IOException e) {
            throw new IllegalStateException("could not make a directory in " + PARENT, e);
        }
    }

    private static String started(ProcessHandle process) {
        return process.info().startInstant().map(Instant::toString).orElse("unknown");
    }

    void handToPostgres() {
        Run.of(List.of("chown", "-R", "postgres:postgres", path.toString())).orFail();
    }

    /** Removes it with all it holds. Safe to call twice. */
    void remove() {
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
    static int sweep() {
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
        Path file = path.resolve(OWNER);
        if (!Files.exists(file)) {
            return false; // Another run is just making it.
        }
        String[] owner = Files.readString(file).strip().split(" ", 2);
        if (owner.length < 2) {
            return false;
        }
        Optional<ProcessHandle> lives = ProcessHandle.of(Long.parseLong(owner[0]));
        return lives.isEmpty() || !started(lives.get()).equals(owner[1]);
    }
}
