package io.pgha.sim;

import io.pgha.decision.Fact;
import io.pgha.decision.Memory;
import io.pgha.decision.RejoinRules;
import io.pgha.engine.Outcome;
import io.pgha.model.ControlData;
import io.pgha.model.Fork;
import io.pgha.model.Observation;
import io.pgha.model.PeerMessage;
import io.pgha.model.ReleaseToken;
import io.pgha.plan.CloneMode;
import io.pgha.plan.Step;
import io.pgha.plan.StopMode;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Every step as it changes the simulated host; each looks for its postcondition first, as the real ones do. */
final class SimSteps implements Step.Visitor<Boolean> {

    private static final String NOT_FOUND = "the local PostgreSQL does not answer";

    private final Universe universe;
    private final SimHost host;
    private final SimPostgres postgres;
    private final Memory memory;
    private final Observation now;
    private final SimActuator.SimRun run;
    private final Consumer<Outcome> end;

    SimSteps(
            Universe universe,
            SimHost host,
            Memory memory,
            Observation now,
            SimActuator.SimRun run,
            Consumer<Outcome> end) {
        this.universe = universe;
        this.host = host;
        this.postgres = host.postgres();
        this.memory = memory;
        this.now = now;
        this.run = run;
        this.end = end;
    }

    private Boolean done(Fact... facts) {
        end.accept(new Outcome.Done(List.of(facts)));
        return true;
    }

    private Boolean failed(String why) {
        end.accept(new Outcome.Failed(why));
        return false;
    }

    /** Something that takes a while; an abandoned step does not come to its effect any more. */
    private Boolean soon(long lowMillis, long highMillis, Runnable effect) {
        host.after(universe.chance().between(lowMillis, highMillis) * Agenda.MS, () -> {
            if (!run.isAbandoned()) {
                effect.run();
            }
        });
        return true;
    }

    @Override
    public Boolean endSessions(Step.EndSessions step) {
        return soon(2, 30, this::done);
    }

    @Override
    public Boolean startPostgres(Step.StartPostgres step) {
        if (postgres.isUp()) {
            return done();
        }
        if (postgres.data().torn) {
            return failed("PostgreSQL is not started: it is half rewound");
        }
        if (postgres.phase() == SimPostgres.Phase.DOWN) {
            postgres.start(ok -> {
                if (ok) {
                    done();
                } else {
                    failed("pg_ctl: could not start server");
                }
            });
            return true;
        }
        return soon(500, 2500, () -> {
            if (postgres.isUp()) {
                done();
            } else {
                failed("it did not come up in time");
            }
        });
    }

    @Override
    public Boolean stopPostgres(Step.StopPostgres step) {
        if (postgres.phase() == SimPostgres.Phase.DOWN) {
            boolean right = step.mode() != StopMode.FAST || postgres.control().isCleanStop();
            return right ? done() : failed("PostgreSQL's last stop was not clean");
        }
        return switch (step.mode()) {
            case KILL -> soon(5, 60, this::kill);
            case LADDER ->
                postgres.isHung()
                        ? soon(ladder(), ladder() * 2, this::kill)
                        : soon(1, 5, () -> postgres.stopFast(ok -> kill()));
            case FAST ->
                soon(
                        1,
                        5,
                        () -> postgres.stopFast(ok -> {
                            if (ok) {
                                done();
                            } else {
                                failed("it still runs");
                            }
                        }));
        };
    }

    private long ladder() {
        return universe.policy().ladderTimeout().toMillis();
    }

    private void kill() {
        postgres.kill();
        done();
    }

    @Override
    public Boolean markStandby(Step.MarkStandby step) {
        return soon(1, 5, () -> {
            postgres.data().standbySignal = true;
            done();
        });
    }

    @Override
    public Boolean markPrimary(Step.MarkPrimary step) {
        return soon(1, 5, () -> {
            postgres.data().standbySignal = false;
            done();
        });
    }

    @Override
    public Boolean stopReceiver(Step.StopReceiver step) {
        return soon(1, 20, this::done);
    }

    @Override
    public Boolean rescueWal(Step.RescueWal step) {
        return SimRescue.run(universe, host, now, run, this::failed, fact -> done(fact));
    }

    @Override
    public Boolean resumeReceiver(Step.ResumeReceiver step) {
        return soon(1, 20, this::done);
    }

    @Override
    public Boolean promote(Step.Promote step) {
        return soon(20, 300, () -> {
            if (postgres.promote()) {
                done();
            } else {
                // A promotion that hangs ends with its server.
                postgres.kill();
                failed(NOT_FOUND);
            }
        });
    }

    @Override
    public Boolean dropSlot(Step.DropSlot step) {
        return soon(1, 20, this::done);
    }

    @Override
    public Boolean fence(Step.Fence step) {
        return SimFence.off(universe, host, run, this::failed, fact -> done(fact));
    }

    @Override
    public Boolean checkpoint(Step.Checkpoint step) {
        return soon(5, 200, () -> {
            postgres.checkpoint();
            done();
        });
    }

    @Override
    public Boolean issueToken(Step.IssueToken step) {
        return soon(2, 20, () -> {
            ControlData control = postgres.control();
            if (postgres.phase() != SimPostgres.Phase.DOWN || !control.isCleanStop()) {
                failed("PostgreSQL's last stop was not clean");
            } else {
                done(new Fact.TokenIssued(new ReleaseToken(
                        step.id(),
                        control.systemId(),
                        step.epoch(),
                        step.target(),
                        control.checkpoint(),
                        control.timeline())));
            }
        });
    }

    /** Copies the peer's database as a base backup does: it must be a primary, and be there from the beginning to the end. */
    @Override
    public Boolean cloneDatabase(Step.Clone step) {
        boolean inPlace = step.mode() == CloneMode.IN_PLACE;
        if (!sourceIsThere()) {
            return failed("the peer's PostgreSQL cannot be reached");
        }
        if (inPlace) {
            universe.laws().wiping(host);
            postgres.wiped();
        }
        int life = host.peer().postgres().life();
        return soon(500, 3000, () -> {
            if (!sourceIsThere() || host.peer().postgres().life() != life) {
                failed("the copy broke off");
                return;
            }
            postgres.copied(host.peer().postgres().data(), step.attempt(), inPlace);
            done();
        });
    }

    private boolean sourceIsThere() {
        SimHost peer = host.peer();
        return peer.isRunning()
                && universe.network().isConnected(host.place(), peer.place())
                && peer.postgres().isWritable();
    }

    @Override
    public Boolean swapIn(Step.SwapIn step) {
        return soon(5, 50, () -> {
            if (postgres.phase() != SimPostgres.Phase.DOWN) {
                failed("PostgreSQL runs on the old copy");
            } else if (postgres.swapIn(step.attempt())) {
                done();
            } else {
                failed("there is no complete copy of attempt " + step.attempt());
            }
        });
    }

    @Override
    public Boolean configureStandby(Step.ConfigureStandby step) {
        return soon(5, 50, () -> {
            if (postgres.phase() != SimPostgres.Phase.DOWN || sourceAnswers()) {
                done();
            } else {
                failed("no slot: the peer's PostgreSQL cannot be reached");
            }
        });
    }

    private boolean sourceAnswers() {
        SimHost peer = host.peer();
        return peer.isRunning()
                && universe.network().isConnected(host.place(), peer.place())
                && peer.postgres().isUp()
                && !peer.postgres().isHung();
    }

    @Override
    public Boolean dropOld(Step.DropOld step) {
        return soon(5, 50, () -> {
            universe.laws().dropping(host);
            postgres.dropAside();
            done();
        });
    }

    @Override
    public Boolean verifyToken(Step.VerifyToken step) {
        Optional<ReleaseToken> token = memory.kept().filter(t -> t.id().equals(step.id()));
        if (token.isEmpty()) {
            return failed("release " + step.id() + " is not on this disk any more");
        }
        if (!postgres.isUp() || postgres.isHung()) {
            return failed(NOT_FOUND);
        }
        if (!postgres.data().systemId.equals(token.get().systemId())) {
            return failed("the release is of another database");
        }
        return postgres.data().end.position().compareTo(token.get().end()) <= 0
                ? failed("the release's WAL is not all here")
                : done();
    }

    @Override
    public Boolean countCommits(Step.CountCommits step) {
        Optional<PeerMessage> peer = now.peer().last();
        Optional<Integer> mine = now.timeline();
        Optional<Integer> theirs = peer.flatMap(PeerMessage::timeline);
        if (mine.isEmpty() || theirs.isEmpty()) {
            return failed("a timeline is not known");
        }
        Optional<Fork> fork = fork(peer.orElseThrow().forks(), mine.get())
                .or(() -> fork(now.forks(), theirs.get()));
        if (fork.isEmpty()) {
            return failed("no history tells where the timelines parted");
        }
        long count = postgres.data().end.commitsSince(fork.get().at().value());
        return soon(5, 100, () -> done(new Fact.CommitsCounted(count)));
    }

    @Override
    public Boolean saveDivergedWal(Step.SaveDivergedWal step) {
        long commits = postgres.data().end.commitsSince(step.fork().at().value());
        return soon(
                5, 100, () -> done(new Fact.DivergedWalSaved("aside", commits, commits, commits)));
    }

    @Override
    public Boolean rewind(Step.Rewind step) {
        if (RejoinRules.openOwner(now, memory, universe.policy()).isEmpty()) {
            return failed("the peer is not proven to be the open owner");
        }
        new SimRewind(host).run(effect -> soon(300, 2500, effect), this::done, this::failed);
        return true;
    }

    private static Optional<Fork> fork(List<Fork> history, int timeline) {
        return history.stream().filter(f -> f.timeline() == timeline).findFirst();
    }

    @Override
    public Boolean packArchive(Step.PackArchive step) {
        return failed("no archives here");
    }

    @Override
    public Boolean unpackArchive(Step.UnpackArchive step) {
        return failed("no archives here");
    }

    @Override
    public Boolean pausePoolers(Step.PausePoolers step) {
        universe.pooler().pause(host, run, this::done, () -> failed("did not PAUSE in time"));
        return true;
    }

    @Override
    public Boolean become(Step.Become step) {
        return own();
    }

    @Override
    public Boolean awaitOpen(Step.AwaitOpen step) {
        return own();
    }

    @Override
    public Boolean awaitClosed(Step.AwaitClosed step) {
        return own();
    }

    @Override
    public Boolean offerCede(Step.OfferCede step) {
        return own();
    }

    @Override
    public Boolean askForStandby(Step.AskForStandby step) {
        return own();
    }

    @Override
    public Boolean awaitPeer(Step.AwaitPeer step) {
        return own();
    }

    @Override
    public Boolean claim(Step.Claim step) {
        return own();
    }

    @Override
    public Boolean awaitStreaming(Step.AwaitStreaming step) {
        return own();
    }

    private Boolean own() {
        throw new LawBroken("engine", "a step of the engine's own was given to the host");
    }
}
