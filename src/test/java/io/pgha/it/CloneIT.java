package io.pgha.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.config.Settings.PostgresSettings;
import io.pgha.plan.CloneMode;
import io.pgha.plan.Progress;
import io.pgha.postgres.BaseBackup;
import io.pgha.postgres.DataDirectory;
import io.pgha.postgres.DataDirectoryException;
import io.pgha.postgres.LongStep;
import io.pgha.postgres.StandbyConfiguration;
import io.pgha.postgres.Swap;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Replacing a node's database by a copy of its peer's, with real PostgreSQL, interrupted in every way. */
@Tag("netns")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CloneIT {

    private static final Duration STALL = Duration.ofSeconds(20);
    private static final String STREAMS =
            "select count(*) from pg_stat_replication where application_name = 'b' and state = 'streaming'";

    private CloneBed bed;

    @BeforeAll
    void makeBed() throws Exception {
        bed = new CloneBed();
        bed.makePrimary();
    }

    @AfterAll
    void removeBed() throws Exception {
        bed.close();
    }

    @Test
    void aCopyTakenAsideStreamsAndKeepsThisNodesConfiguration() throws Exception {
        Path data = bed.directory("aside");
        int port = bed.oldCopy(data, false);
        List<Progress> heard = new ArrayList<>();

        BaseBackup.Report report = backup(data, port, heard::add).run(CloneMode.ASIDE, "one");
        bed.oldCopyIsIntact(data, port);
        new Swap(data, new LongStep(heard::add)).swapIn("one");
        configure(data, port);
        follows(data, port);

        assertEquals("b_slot", report.slot().orElseThrow().name());
        assertTrue(heard.stream().anyMatch(p -> p.total().isPresent() && p.done() > 0));
        String own = Files.readString(data.resolve("postgresql.auto.conf"));
        assertTrue(own.contains("primary_slot_name = 'b_slot'"), own);
        assertFalse(own.contains("2001-01-01"), own);
        new Swap(data, new LongStep(heard::add)).dropOld("one");
        assertEquals(List.of(), leftovers(data));
        bed.stop(data);
    }

    @Test
    void whatIsProvenEndsTheKeepingOfEverythingBeforeIt() throws Exception {
        Path data = bed.directory("again");
        int port = bed.oldCopy(data, false);
        for (String attempt : List.of("unproven", "proven")) {
            backup(data, port, p -> {}).run(CloneMode.ASIDE, attempt);
            new Swap(data, new LongStep(p -> {})).swapIn(attempt);
        }
        configure(data, port);
        follows(data, port);
        List<String> kept = List.of("again.pgha-old-unproven", "again.pgha-old-proven");
        assertTrue(leftovers(data).containsAll(kept), leftovers(data)::toString);

        new Swap(data, new LongStep(p -> {})).dropOld("proven");

        assertEquals(List.of(), leftovers(data));
        bed.stop(data);
    }

    @Test
    void aBackupThatDiesLeavesTheOldCopyAndCanBeBegunAgain() throws Exception {
        Path data = bed.directory("dies");
        int port = bed.oldCopy(data, true);

        for (String moment : List.of("initiating base backup", "verifying")) {
            BaseBackup backup = backup(data, port, progress -> {
                if (progress.words().contains(moment)) {
                    killPrograms();
                    corrupt(data, moment);
                }
            });
            DataDirectoryException e = assertThrows(
                    DataDirectoryException.class, () -> backup.run(CloneMode.ASIDE, "two"));
            assertEquals(DataDirectoryException.Kind.FAILED, e.kind());
            assertTrue(e.getMessage().startsWith("pg_"), e.getMessage());
            assertEquals(List.of(), leftovers(data));
        }
        bed.oldCopyIsIntact(data, port);

        backup(data, port, p -> {}).run(CloneMode.ASIDE, "two");
        new Swap(data, new LongStep(p -> {})).swapIn("two");
        configure(data, port);
        follows(data, port);
        assertTrue(Files.isSymbolicLink(data.resolve("pg_wal")));
        bed.stop(data);

        new Swap(data, new LongStep(p -> {})).restoreOld("two");
        bed.oldCopyIsIntact(data, port);
    }

    @Test
    void aCancelledBackupEndsSoonAndLeavesNothing() throws Exception {
        Path data = bed.directory("cancelled");
        int port = bed.oldCopy(data, false);
        LongStep[] step = new LongStep[1];
        step[0] = new LongStep(p -> {
            if (p.words().contains("initiating base backup")) {
                step[0].cancel();
            }
        });
        BaseBackup backup = backup(data, port, step[0]);

        DataDirectoryException e = assertThrows(
                DataDirectoryException.class, () -> backup.run(CloneMode.ASIDE, "three"));

        assertEquals(DataDirectoryException.Kind.CANCELLED, e.kind());
        assertEquals(List.of(), leftovers(data));
        bed.oldCopyIsIntact(data, port);
    }

    @Test
    void aKilledDaemonOnAMountPointGoesOnWhereItWas() throws Exception {
        Path data = bed.mount("mounted", "250m");
        Files.createDirectory(data.resolve("lost+found"));
        int port = bed.oldCopy(data, true);
        // A cluster of the same owner whose working directory may not be looked at.
        bed.beginPrivileged(bed.root.resolve("template"));

        for (int dieAt : List.of(2, 6, 9, 20, 40, 60, 75)) {
            Driven driven = driver(data, port, "four", dieAt);
            assertEquals(CloneDriver.KILLED, driven.exit(), driven.said());
        }
        Driven done = driver(data, port, "four", 0);
        assertEquals(0, done.exit(), done.said());
        bed.stop(bed.root.resolve("template"));

        follows(data, port);
        bed.stop(data);
        new Swap(data, new LongStep(p -> {})).dropOld("four");
        assertEquals(List.of(), leftovers(data));
    }

    @Test
    void tooLittleSpaceIsRefusedWithNumbersAndServedInPlace() throws Exception {
        Path disk = bed.mount("small", "110m");
        Path data = Files.createDirectory(disk.resolve("data"));
        Files.setPosixFilePermissions(
                data, java.nio.file.attribute.PosixFilePermissions.fromString("rwx------"));
        bed.give(data);
        int port = bed.oldCopy(data, false);

        DataDirectoryException e = assertThrows(
                DataDirectoryException.class,
                () -> backup(data, port, p -> {}).run(CloneMode.ASIDE, "five"));
        assertEquals(DataDirectoryException.Kind.REFUSED, e.kind());
        assertTrue(
                e.getMessage().matches(".*needs [0-9.]+ MB, [0-9.]+ MB free on .*--in-place.*"),
                e.getMessage());
        bed.oldCopyIsIntact(data, port);

        BaseBackup dies = backup(data, port, p -> {
            if (p.words().contains("initiating base backup")) {
                killPrograms();
            }
        });
        assertThrows(DataDirectoryException.class, () -> dies.run(CloneMode.IN_PLACE, "six"));
        assertTrue(new DataDirectory(data).obstacle().isPresent());
        assertThrows(AssertionError.class, () -> bed.start(data));

        backup(data, port, p -> {}).run(CloneMode.IN_PLACE, "seven");
        assertEquals(Optional.empty(), new DataDirectory(data).obstacle());
        new Swap(data, new LongStep(p -> {})).swapIn("seven");
        configure(data, port);
        follows(data, port);
        bed.stop(data);
        new Swap(data, new LongStep(p -> {})).dropOld("seven");
        assertEquals(List.of(), leftovers(data));
    }

    private BaseBackup backup(Path data, int port, Consumer<Progress> consumer) {
        return backup(data, port, new LongStep(consumer));
    }

    private BaseBackup backup(Path data, int port, LongStep step) {
        PostgresSettings postgres = CloneBed.settings(data, port, bed.passFile);
        return new BaseBackup(
                postgres, CloneBed.conninfo(bed.primaryPort, postgres), bed.primary(), step, STALL);
    }

    private void configure(Path data, int port) throws Exception {
        PostgresSettings postgres = CloneBed.settings(data, port, bed.passFile);
        StandbyConfiguration configuration = new StandbyConfiguration(
                CloneBed.conninfo(bed.primaryPort, postgres), postgres.slot(), Optional.empty());
        configuration.write(data);
        configuration.write(data);
    }

    private void follows(Path data, int port) throws Exception {
        assertEquals(Optional.empty(), new DataDirectory(data).obstacle());
        bed.start(data);
        bed.await("the copy streams", bed.primaryPort, STREAMS, 1);
        bed.await(
                "the copy holds all rows",
                port,
                "select (select count(*) from t) + (select count(*) from s)",
                2 * CloneBed.ROWS_NEW);
        bed.await("it is a standby", port, "select pg_is_in_recovery()::int", 1);
    }

    /** What is named after pgha beside or in the data directory. */
    private List<String> leftovers(Path data) throws IOException {
        List<String> found = new ArrayList<>(
                new DataDirectory(data).path().equals(data) ? List.of() : List.of("?"));
        for (Path directory : List.of(data, data.getParent(), bed.root)) {
            try (Stream<Path> entries = Files.list(directory)) {
                entries.map(p -> p.getFileName().toString())
                        .filter(n -> n.startsWith("pgsql_tmp.pgha-")
                                || n.startsWith(data.getFileName() + ".pgha-"))
                        .forEach(found::add);
            }
        }
        return found;
    }

    private static void killPrograms() {
        ProcessHandle.current()
                .descendants()
                .filter(p -> p.info().command().orElse("").contains("pg_basebackup"))
                .forEach(ProcessHandle::destroyForcibly);
    }

    /** One byte of the new copy, before it is verified. */
    private static void corrupt(Path data, String moment) {
        Path file = data.resolveSibling(data.getFileName() + ".pgha-new-two/PG_VERSION");
        if (moment.equals("verifying")) {
            try {
                Files.writeString(file, "16\n");
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }

    private record Driven(int exit, String said) {}

    /** Runs the steps as postgres in a process of their own; their classes are copied to where postgres may read them. */
    private Driven driver(Path data, int port, String attempt, int dieAt) throws Exception {
        Path classes = bed.root.resolve("classes");
        if (!Files.exists(classes)) {
            Files.createDirectory(classes);
            for (Class<?> of : List.of(
                    CloneDriver.class,
                    BaseBackup.class,
                    DriverManager.getDriver("jdbc:postgresql:x").getClass())) {
                Path from = Path.of(
                        of.getProtectionDomain().getCodeSource().getLocation().toURI());
                bed.run(List.of("cp", "-rL", from.toString(), classes + "/" + of.getSimpleName()));
            }
            bed.run(List.of("chmod", "-R", "a+rX", classes.toString()));
        }
        List<String> arguments = new ArrayList<>(PgInstance.AS_POSTGRES);
        arguments.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Xshare:auto",
                "-cp",
                classes + "/CloneDriver:" + classes + "/BaseBackup:" + classes + "/Driver",
                CloneDriver.class.getName(),
                data.toString(),
                "" + port,
                "" + bed.primaryPort,
                bed.passFile.toString(),
                attempt,
                "ASIDE",
                "" + dieAt));
        Path output = bed.root.resolve("driver.out");
        Process process = new ProcessBuilder(arguments)
                .directory(bed.root.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertTrue(process.waitFor(120, java.util.concurrent.TimeUnit.SECONDS));
        return new Driven(process.exitValue(), Files.readString(output));
    }
}
