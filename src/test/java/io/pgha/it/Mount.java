package io.pgha.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A small file system in memory, gone when closed. */
final class Mount implements AutoCloseable {

    private final Path where;

    private Mount(Path where) {
        this.where = where;
    }

    /** Mounts one that belongs to postgres, of a size such as "24m". */
    static Mount tmpfs(Path where, String size) {
        run(
                "mount",
                "-t",
                "tmpfs",
                "-o",
                "mode=0700,uid=postgres,gid=postgres,size=" + size,
                "tmpfs",
                where.toString());
        return new Mount(where);
    }

    /** The mount point. */
    Path where() {
        return where;
    }

    @Override
    public void close() {
        run("umount", "-l", where.toString());
    }

    private static void run(String... argv) {
        try {
            Process process = new ProcessBuilder(argv).inheritIO().start();
            if (!process.waitFor(20, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new AssertionError(List.of(argv) + " failed");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
