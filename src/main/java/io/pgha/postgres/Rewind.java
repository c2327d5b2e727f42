package io.pgha.postgres;

import io.pgha.config.Settings;
import io.pgha.model.ControlData;
import io.pgha.plan.TargetWal;
import io.pgha.postgres.RewindLedger.Phase;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Makes the data directory of a deposed primary the peer's as far as the peer has come, by pg_rewind, and keeps this node's
 * own files. The {@link RewindLedger} says on disk what the directory is at each moment.
 *
 * <p>A server that crashed is recovered first by PostgreSQL in single-user mode, which refuses where standby.signal is: for
 * that time it is away. Then pg_rewind is tried without writing, so that missing WAL or rights are found while the old copy is
 * still whole. What is interrupted after that cannot be taken up again, as pg_rewind's documentation says: it is copied anew.
 */
public final class Rewind {

    private final Settings settings;
    private final SqlSource peer;
    private final LongStep step;
    private final Duration stallLimit;
    private final Programs programs;

    /**
     * @param peer the peer's database, under the role that pg_rewind uses too
     * @param step progress out, cancellation in
     * @param stallLimit how long a program may say nothing new
     */
    public Rewind(Settings settings, SqlSource peer, LongStep step, Duration stallLimit) {
        this.settings = settings;
        this.peer = peer;
        this.step = step;
        this.stallLimit = stallLimit;
        this.programs = new Programs(settings.postgres());
    }

    /**
     * Rewinds. The caller has proven that the peer is the open owner, and that what is lost here may be lost.
     *
     * @throws DataDirectoryException REFUSED or FAILED; the ledger says whether the copy is still whole
     * @throws ControlFailed when pg_control cannot be read
     */
    public void run(String attempt, TargetWal wal) throws DataDirectoryException, ControlFailed {
        DataDirectory directory = new DataDirectory(settings.postgres().dataDirectory());
        try {
            Path data = Layout.resolve(directory.path());
            ClusterProcesses.endWriters(data);
            ClusterProcesses.requireNone(data, "rewinding the data directory");
            Optional<RewindLedger> before = RewindLedger.find(data);
            if (before.filter(l -> l.phase() == Phase.REWRITTEN).isPresent()) {
                finish(data);
                return;
            }
            if (before.filter(l -> l.phase() == Phase.REWRITING).isPresent()) {
                installOwnFiles(data);
                throw DataDirectoryException.refused(
                        before.get().words() + ". It is copied anew: pgha initialize");
            }
            RewindSource source = RewindSource.ask(peer);
            source.requireReady();
            if (new ControlFile(programs).read().timeline() == source.timeline()) {
                // An assessment never lets two that are on one timeline come here.
                finish(data);
                return;
            }
            rewind(directory, new RewindLedger(data, attempt, Phase.PREPARING), wal);
        } catch (IOException e) {
            throw DataDirectoryException.failed("rewinding " + directory.path(), e);
        }
    }

    private void rewind(DataDirectory directory, RewindLedger ledger, TargetWal wal)
            throws DataDirectoryException, ControlFailed, IOException {
        Path data = ledger.data();
        Layout layout = directory.layout();
        RewindLedger preparing = ledger.enter(Phase.PREPARING);
        try {
            recover(directory);
            List<String> trial = program(layout, wal);
            trial.add("--dry-run");
            step.report("trying the rewind without writing");
            new WatchedProgram(trial, stallLimit).run(step, step::report);
        } catch (DataDirectoryException | ControlFailed e) {
            directory.markStandby();
            RewindLedger.forget(data);
            throw e;
        }
        RewindLedger rewriting = preparing.enter(Phase.REWRITING);
        setAside(data, wal);
        try {
            new WatchedProgram(program(layout, wal), stallLimit).run(step, step::report);
        } catch (DataDirectoryException e) {
            installOwnFiles(data);
            throw e;
        }
        rewriting.enter(Phase.REWRITTEN);
        finish(data);
    }

    /** This node's own files; where they cannot be, nothing has been rewritten yet. */
    private void setAside(Path data, TargetWal wal) throws DataDirectoryException, IOException {
        OwnFiles own = OwnFiles.ofRewound(data);
        try {
            own.setAside(data);
            if (wal == TargetWal.ARCHIVE) {
                own.lend(data);
            }
        } catch (IOException e) {
            own.install(data);
            RewindLedger.forget(data);
            throw DataDirectoryException.failed(
                    "setting this node's own files aside from " + data + "; they are back", e);
        }
    }

    private static void finish(Path data) throws IOException {
        installOwnFiles(data);
        RewindLedger.forget(data);
    }

    /** With standby.signal first, so that nobody can start it as a second primary. */
    private static void installOwnFiles(Path data) throws IOException {
        DurableFiles.replace(data.resolve("standby.signal"), new byte[0]);
        OwnFiles.ofRewound(data).install(data);
    }

    private void recover(DataDirectory directory)
            throws DataDirectoryException, ControlFailed, IOException {
        ControlData control = new ControlFile(programs).read();
        if (!control.isCleanStop()) {
            step.report("recovering the crashed copy in single-user mode");
            directory.markPrimary();
            // No process of the cluster lives, so it is a leftover, whose number may be another's
            // after a reboot.
            DurableFiles.delete(programs.data().resolve("postmaster.pid"));
            List<String> arguments = new ArrayList<>(settings.postgres().wrapper());
            arguments.add(settings.postgres().bin().resolve("postgres").toString());
            arguments.addAll(List.of("--single", "-D", programs.data().toString()));
            configuration().ifPresent(f -> arguments.addAll(List.of("-c", "config_file=" + f)));
            arguments.add("template1");
            new WatchedProgram(arguments, stallLimit).run(step, step::report);
        }
        directory.markStandby();
    }

    private Optional<Path> configuration() {
        Path directory = settings.postgres().configDirectory();
        return directory.equals(programs.data())
                ? Optional.empty()
                : Optional.of(directory.resolve("postgresql.conf"));
    }

    private List<String> program(Layout layout, TargetWal wal) {
        List<String> arguments = new ArrayList<>(settings.postgres().wrapper());
        arguments.add(settings.postgres().bin().resolve("pg_rewind").toString());
        arguments.addAll(List.of(
                "--target-pgdata=" + layout.data(),
                "--source-server="
                        + Conninfo.toPeer(settings)
                                .as("pgha-rewind")
                                .in(settings.postgres().database())
                                .text(),
                "--no-ensure-shutdown",
                "--progress"));
        if (wal == TargetWal.ARCHIVE) {
            arguments.add("--restore-target-wal");
            // Known since PostgreSQL 15; before, the configuration must lie in PGDATA.
            boolean knows =
                    layout.major().filter(m -> Integer.parseInt(m) >= 15).isPresent();
            configuration().filter(f -> knows).ifPresent(f -> arguments.add("--config-file=" + f));
        }
        return arguments;
    }
}
