package io.pgha.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * pgha-archive and pgha-restore as PostgreSQL runs them: as the user postgres, in the data directory. They are copied beside
 * the cluster, because that user may not be allowed into the directory of the sources.
 */
final class ArchivePrograms {

    private static final Path SOURCE = Path.of("packaging", "bin", "pgha-archive");

    private final PgInstance postgres;
    private final Path directory;

    ArchivePrograms(PgInstance postgres) {
        this.postgres = postgres;
        this.directory = postgres.base().resolve("bin");
        try {
            Files.createDirectories(directory);
            Path program = directory.resolve("pgha-archive");
            Files.copy(SOURCE, program);
            Files.createSymbolicLink(directory.resolve("pgha-restore"), Path.of("pgha-archive"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * What a run came to.
     *
     * @param exit exit code
     * @param said standard error
     */
    record Outcome(int exit, String said) {}

    /** A directory that postgres owns, beside the data directory. */
    Path directory(String name) {
        Path made = postgres.base().resolve(name);
        postgres.run("mkdir", "-p", made.toString());
        return made;
    }

    /** A settings file like the daemon's. */
    Path settings(String name, Path write, Path read, String requireMount) {
        Path file = postgres.base().resolve(name);
        try {
            Files.writeString(
                    file,
                    "version=1\narchive=on\nwrite=" + write + "\nread=" + read + "\nrequire_mount="
                            + requireMount + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return file;
    }

    /** What stands in postgresql.conf, with the copies' path. */
    String archiveCommand(Path settings) {
        return directory.resolve("pgha-archive") + " --settings " + settings + " %p %f";
    }

    /** What stands in postgresql.conf, with the copies' path. */
    String restoreCommand(Path settings) {
        return directory.resolve("pgha-restore") + " --settings " + settings + " %f %p";
    }

    /** Archives a file of pg_wal. */
    Outcome archive(Path settings, String name) {
        return finish(begin("pgha-archive", settings, "pg_wal/" + name, name));
    }

    /** Archives a file that lies elsewhere under a name. */
    Outcome archive(Path settings, Path path, String name) {
        return finish(begin("pgha-archive", settings, path.toString(), name));
    }

    /** Restores into pg_wal/RECOVERYXLOG, as PostgreSQL does. */
    Outcome restore(Path settings, String name) {
        return finish(begin("pgha-restore", settings, name, "pg_wal/RECOVERYXLOG"));
    }

    /** Archives a file of another data directory, in that directory. */
    Outcome archiveIn(Path data, Path settings, String name) {
        return finish(begin(data, "pgha-archive", settings, "pg_wal/" + name, name));
    }

    /** Starts one of the two without waiting. */
    Running begin(String program, Path settings, String first, String second) {
        return begin(postgres.data(), program, settings, first, second);
    }

    private Running begin(Path data, String program, Path settings, String first, String second) {
        try {
            List<String> argv = new ArrayList<>(PgInstance.AS_POSTGRES);
            // What the tests were started with, as nohup or a shell's background job, may ignore
            // signals, and a shell cannot take back what was ignored before it began.
            argv.addAll(List.of(
                    "env",
                    "--default-signal=TERM,INT,QUIT,HUP",
                    directory.resolve(program).toString(),
                    "--settings",
                    settings.toString(),
                    first,
                    second));
            Path said = Files.createTempFile("pgha-it-", ".said");
            Process process = new ProcessBuilder(argv)
                    .directory(data.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(said.toFile())
                    .start();
            return new Running(process, said);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * A program under way.
     *
     * @param process it
     * @param said where its output goes
     */
    record Running(Process process, Path said) {}

    /** Waits for the end, which must come. */
    Outcome finish(Running running) {
        try {
            if (!running.process().waitFor(60, TimeUnit.SECONDS)) {
                running.process().destroyForcibly();
                throw new AssertionError("the program did not end");
            }
            String said = Files.readString(running.said());
            Files.deleteIfExists(running.said());
            return new Outcome(running.process().exitValue(), said);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Names in a directory, without the marker. */
    static List<String> names(Path directory) {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.filter(e -> Files.exists(e, LinkOption.NOFOLLOW_LINKS))
                    .map(e -> String.valueOf(e.getFileName()))
                    .filter(n -> !n.equals(".pgha-archive"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Same content? */
    static boolean same(Path one, Path other) {
        try {
            return Files.mismatch(one, other) == -1;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
