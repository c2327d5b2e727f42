package io.pgha.daemon;

import io.pgha.config.Settings;
import io.pgha.decision.Fact;
import io.pgha.decision.Memory;
import io.pgha.engine.Actuator;
import io.pgha.engine.Outcome;
import io.pgha.fence.Fencing;
import io.pgha.model.Observation;
import io.pgha.model.Postmaster;
import io.pgha.network.SocketKiller;
import io.pgha.plan.Step;
import io.pgha.plan.StepWords;
import io.pgha.plan.StopMode;
import io.pgha.postgres.ArchiveSettingsFile;
import io.pgha.postgres.BaseBackup;
import io.pgha.postgres.CommitCounter;
import io.pgha.postgres.Conninfo;
import io.pgha.postgres.ControlFailed;
import io.pgha.postgres.DataDirectory;
import io.pgha.postgres.DataDirectoryException;
import io.pgha.postgres.EndOfWal;
import io.pgha.postgres.LocalPostgres;
import io.pgha.postgres.LongStep;
import io.pgha.postgres.PeerSlot;
import io.pgha.postgres.PostgresControl;
import io.pgha.postgres.SqlSource;
import io.pgha.postgres.StandbyConfiguration;
import io.pgha.postgres.Swap;
import io.pgha.postgres.TornWal;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Every step on a real host. Each looks for its postcondition first, so that it can be begun again after a crash. */
final class HostSteps {

    private static final Logger LOG = LoggerFactory.getLogger("pgha");

    /** How long the WAL of a crashed copy may be read for its end; a step may take its time. */
    private static final Duration WAL_LIMIT = Duration.ofMinutes(2);

    private final Settings settings;
    private final LocalPostgres postgres;
    private final PostgresControl control;
    private final DataDirectory directory;
    private final ClientSessions sessions;
    private final DivergedSteps diverged;
    private final ReleaseSteps releases;
    private final SqlSource peerDatabase;
    private final HostSensors sensors;
    private final Optional<FenceMonitor> fence;
    private final Rescuer rescuer;
    private final PoolerKeeper poolers;
    private final EndOfWal endOfWal;
    private final KeptWal kept;

    HostSteps(
            Settings settings,
            HostSensors.Walls walls,
            SocketKiller sockets,
            CommitCounter commits,
            SqlSource peerDatabase,
            HostSensors sensors,
            Optional<FenceMonitor> fence,
            Rescuer rescuer) {
        this.settings = settings;
        this.postgres = walls.postgres();
        this.control = walls.control();
        this.directory = walls.directory();
        this.sessions = new ClientSessions(sockets, postgres, control);
        this.diverged = new DivergedSteps(settings, commits, peerDatabase);
        this.releases = new ReleaseSteps(settings, walls);
        this.peerDatabase = peerDatabase;
        this.sensors = sensors;
        this.fence = fence;
        this.rescuer = rescuer;
        this.poolers = new PoolerKeeper(settings);
        this.endOfWal = new EndOfWal(settings.postgres().dataDirectory(), WAL_LIMIT);
        this.kept = new KeptWal(settings);
    }

    /** Carries a step out and waits for it, on the caller's thread; never throws: what went wrong is in the outcome. */
    Outcome carryOut(Step step, Memory memory, Observation now, LongStep progress) {
        try {
            return new Outcome.Done(step.accept(new Work(memory, now, progress)).run());
        } catch (ControlFailed | DataDirectoryException | SQLException | IOException e) {
            return new Outcome.Failed(String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Outcome.Failed("abandoned");
        } catch (RuntimeException e) {
            return new Outcome.Failed("a defect of pgha: " + e);
        } catch (Error e) {
            // No memory, no thread, a class of a package that was just replaced: it can be tried
            // again.
            LOG.error("a step could not go on: {}", StepWords.of(step), e);
            return new Outcome.Failed("pgha's own process could not go on with it: " + e);
        }
    }

    /** As {@link Actuator#resumePoolers()}: a step's way back, and beside all steps. */
    Actuator.Resuming resumePoolers() {
        return poolers.resume();
    }

    /** What a step does, bound to the moment it is begun in. */
    private interface Job {
        List<Fact> run()
                throws ControlFailed, DataDirectoryException, SQLException, IOException,
                        InterruptedException;
    }

    private final class Work implements Step.Visitor<Job> {
        private final Memory memory;
        private final Observation now;
        private final LongStep progress;

        Work(Memory memory, Observation now, LongStep progress) {
            this.memory = memory;
            this.now = now;
            this.progress = progress;
        }

        @Override
        public Job endSessions(Step.EndSessions step) {
            return () -> {
                sessions.end(memory.running(), now.ownPort());
                return List.of();
            };
        }

        @Override
        public Job startPostgres(Step.StartPostgres step) {
            return () -> {
                if (control.isStopping()) {
                    // A stop that took too long goes to its end before anything is served again.
                    control.stop(StopMode.LADDER, settings.policy().ladderTimeout());
                }
                if (control.postmaster().state() != Postmaster.RUNNING) {
                    directory.requireWhole();
                    control.start(settings.policy().startTimeout());
                }
                sensors.postmasterStarted();
                return List.of();
            };
        }

        @Override
        public Job stopPostgres(Step.StopPostgres step) {
            return () -> {
                Duration rung = step.mode() == StopMode.FAST
                        ? settings.policy().stopTimeout()
                        : settings.policy().ladderTimeout();
                control.stop(step.mode(), rung);
                sensors.lookAtPostgres();
                return List.of();
            };
        }

        @Override
        public Job markStandby(Step.MarkStandby step) {
            return () -> {
                directory.markStandby();
                return List.of();
            };
        }

        @Override
        public Job markPrimary(Step.MarkPrimary step) {
            return () -> {
                directory.markPrimary();
                return List.of();
            };
        }

        @Override
        public Job stopReceiver(Step.StopReceiver step) {
            return () -> {
                kept.begin();
                return rescuer.shortenRetryInterval();
            };
        }

        @Override
        public Job rescueWal(Step.RescueWal step) {
            return () -> rescuer.run(memory, now, progress);
        }

        @Override
        public Job resumeReceiver(Step.ResumeReceiver step) {
            return () -> rescuer.end();
        }

        @Override
        public Job promote(Step.Promote step) {
            return () -> {
                poolers.prepare();
                kept.keep();
                try {
                    rescuer.promote(directory, control, progress);
                } finally {
                    sensors.lookAtPostgres();
                }
                return List.of();
            };
        }

        /** Makes the next stop or rewind short; nothing rests on it. */
        @Override
        public Job checkpoint(Step.Checkpoint step) {
            return () -> {
                try {
                    postgres.checkpoint(settings.policy().workflowTimeout(), progress);
                } catch (SQLException e) {
                    return List.of();
                }
                return List.of();
            };
        }

        @Override
        public Job issueToken(Step.IssueToken step) {
            return () -> releases.issue(step);
        }

        @Override
        public Job cloneDatabase(Step.Clone step) {
            return () -> {
                new BaseBackup(
                                settings.postgres(),
                                Conninfo.toPeer(settings),
                                peerDatabase,
                                progress,
                                settings.policy().workflowTimeout())
                        .run(step.mode(), step.attempt())
                        .notes()
                        .forEach(LOG::info);
                return List.of();
            };
        }

        @Override
        public Job swapIn(Step.SwapIn step) {
            return () -> {
                new Swap(settings.postgres().dataDirectory(), progress).swapIn(step.attempt());
                return List.of();
            };
        }

        @Override
        public Job configureStandby(Step.ConfigureStandby step) {
            return () -> {
                if (control.postmaster().state() == Postmaster.RUNNING) {
                    return List.of();
                }
                Path data = settings.postgres().dataDirectory();
                TornWal.cut(data, control.controlData(), endOfWal).ifPresent(LOG::warn);
                try (Connection peer = peerDatabase.open()) {
                    PeerSlot.ensure(
                            peer,
                            settings.postgres().slot(),
                            settings.postgres().maxSlotWalKeepBytes());
                }
                StandbyConfiguration.of(settings, ArchiveSettingsFile.restoreCommand(settings))
                        .write(data);
                return List.of();
            };
        }

        @Override
        public Job dropOld(Step.DropOld step) {
            return () -> {
                new Swap(settings.postgres().dataDirectory(), progress).dropOld(step.attempt());
                return List.of();
            };
        }

        @Override
        public Job packArchive(Step.PackArchive step) {
            return () -> releases.pack(step, memory, progress);
        }

        @Override
        public Job unpackArchive(Step.UnpackArchive step) {
            return () -> releases.unpack(step, now, progress);
        }

        @Override
        public Job verifyToken(Step.VerifyToken step) {
            return () -> releases.verify(step, memory, now);
        }

        @Override
        public Job countCommits(Step.CountCommits step) {
            return () -> diverged.count(now);
        }

        @Override
        public Job saveDivergedWal(Step.SaveDivergedWal step) {
            return () -> diverged.save(step, progress);
        }

        @Override
        public Job rewind(Step.Rewind step) {
            return () -> {
                List<Fact> facts = diverged.rewind(step, memory, now, progress);
                sensors.lookAtPostgres();
                return facts;
            };
        }

        @Override
        public Job become(Step.Become step) {
            return own();
        }

        @Override
        public Job awaitOpen(Step.AwaitOpen step) {
            return own();
        }

        @Override
        public Job awaitClosed(Step.AwaitClosed step) {
            return own();
        }

        @Override
        public Job offerCede(Step.OfferCede step) {
            return own();
        }

        @Override
        public Job askForStandby(Step.AskForStandby step) {
            return own();
        }

        @Override
        public Job awaitPeer(Step.AwaitPeer step) {
            return own();
        }

        @Override
        public Job awaitStreaming(Step.AwaitStreaming step) {
            return own();
        }

        @Override
        public Job dropSlot(Step.DropSlot step) {
            return () -> {
                kept.drop();
                return List.of();
            };
        }

        @Override
        public Job fence(Step.Fence step) {
            return () -> {
                Fencing.Result result = fence.orElseThrow(
                                () -> new SQLException("no fence device is configured"))
                        .off();
                if (!result.off()) {
                    throw new SQLException(result.words());
                }
                long wall = new HostClock().wallClockMillis();
                return List.of(
                        new Fact.Fenced(step.target(), result.device(), result.level(), wall));
            };
        }

        @Override
        public Job pausePoolers(Step.PausePoolers step) {
            return () -> {
                poolers.pause();
                return List.of();
            };
        }

        @Override
        public Job claim(Step.Claim step) {
            return own();
        }

        private Job own() {
            return () -> {
                throw new IllegalStateException("this step is the engine's own");
            };
        }
    }
}
