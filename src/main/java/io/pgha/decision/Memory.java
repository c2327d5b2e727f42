package io.pgha.decision;

import io.pgha.model.Cede;
import io.pgha.model.CedeAnswer;
import io.pgha.model.Epoch;
import io.pgha.model.NodeId;
import io.pgha.model.NodeState;
import io.pgha.model.ReleaseToken;
import io.pgha.model.Votes;
import io.pgha.plan.Plan;
import io.pgha.plan.PlanKind;
import io.pgha.plan.Step;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What this node durably knows: the fold of the journal's facts.
 *
 * @param bootId the boot in which the last fact was written; empty before the first
 * @param state the durable role
 * @param epoch the highest epoch known to be owned (or, in PROMOTING, intended by this node)
 * @param owner who owns it
 * @param why of the last change of state
 * @param running the workflow in flight
 * @param hold why an operator keeps the gate closed
 * @param cede our outstanding cede
 * @param cedeAnswer our last answer to the peer's cede
 * @param standbyAsked our request that the peer become our standby
 * @param token our outstanding release
 * @param kept the peer's release for us
 * @param commits client commits since the fork, of this meeting
 * @param longestLeaseMillis the longest lease ever granted to the peer; a restarted grantor waits for it
 * @param votes whose votes count
 * @param given the epoch that came to this node by the old owner's own word, a cede or a release
 * @param opened the epoch for which this node has held a lease
 * @param paused why nothing is done automatically; empty: not paused
 * @param peerPaused why the peer wants nothing done automatically
 * @param withheld why this node must not take over
 * @param unacknowledged the automatic failover that made this node primary, until somebody has seen it
 * @param fenced which machine was switched off, by what and when; until this node follows again
 * @param fenceTrouble why the primary could not be fenced; until the next attempt
 * @param owesResume poolers may hold clients back, for a switchover begun here or by the primary before this one
 * @param lastOutcome how the last workflow ended
 * @param failuresNoted the fail count as last written, with its date
 */
public record Memory(
        String bootId,
        NodeState state,
        Epoch epoch,
        Optional<NodeId> owner,
        String why,
        Optional<Running> running,
        Optional<String> hold,
        Optional<Cede> cede,
        Optional<CedeAnswer> cedeAnswer,
        Optional<String> standbyAsked,
        Optional<ReleaseToken> token,
        Optional<ReleaseToken> kept,
        Optional<Long> commits,
        long longestLeaseMillis,
        Votes votes,
        Optional<Epoch> given,
        Optional<Epoch> opened,
        Optional<Pause> paused,
        Optional<String> peerPaused,
        Optional<String> withheld,
        Optional<String> unacknowledged,
        Optional<String> fenced,
        Optional<String> fenceTrouble,
        boolean owesResume,
        String lastOutcome,
        String failuresNoted) {

    /** A node that has never run. */
    public static final Memory BLANK = new Memory(
            "",
            NodeState.UNDECIDED,
            Epoch.NONE,
            Optional.empty(),
            "first start",
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            0,
            Votes.BOTH,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            false,
            "",
            "");

    /**
     * A workflow in flight.
     *
     * @param plan the workflow
     * @param cursor index of the step that is next or under way, in {@link #steps()}
     * @param undoing the way back is being walked
     */
    public record Running(Plan plan, int cursor, boolean undoing) {

        public List<Step> steps() {
            return undoing ? plan.undo() : plan.steps();
        }

        public Step step() {
            return steps().get(cursor);
        }

        public boolean isOver() {
            return cursor >= steps().size();
        }

        Running and(String words) {
            return new Running(plan.and(words), cursor, undoing);
        }

        /** True when a failure now can be undone. */
        public boolean canUndo() {
            return !undoing && cursor < plan.pointOfNoReturn() && !plan.undo().isEmpty();
        }
    }

    /**
     * An operator's wish that nothing be done automatically.
     *
     * @param by who
     * @param why the reason given
     * @param forMillis ends by itself after this long, counted by the running daemon; zero: never
     */
    public record Pause(String by, String why, long forMillis) {
        /** For status and for the peer. */
        public String words() {
            return "paused by " + by + ": " + why;
        }
    }

    /** Why nothing may be done automatically on this node; empty when it may. */
    public Optional<String> stillness() {
        return paused.map(Pause::words).or(() -> peerPaused);
    }

    public boolean isOwner(NodeId node) {
        return owner.filter(node::equals).isPresent();
    }

    /** This memory with one more fact. */
    public Memory with(Fact fact) {
        if (fact instanceof Fact.Snapshot snapshot) {
            return snapshot.memory();
        }
        Draft d = new Draft(this);
        d.apply(fact);
        return d.done();
    }

    /** The fold's one mutable moment, so that each fact names only what it changes. */
    private static final class Draft {
        private String bootId;
        private NodeState state;
        private Epoch epoch;
        private Optional<NodeId> owner;
        private String why;
        private Optional<Running> running;
        private Optional<String> hold;
        private Optional<Cede> cede;
        private Optional<CedeAnswer> cedeAnswer;
        private Optional<String> standbyAsked;
        private Optional<ReleaseToken> token;
        private Optional<ReleaseToken> kept;
        private Optional<Long> commits;
        private long longestLeaseMillis;
        private Votes votes;
        private Optional<Epoch> given;
        private Optional<Epoch> opened;
        private Optional<Pause> paused;
        private Optional<String> peerPaused;
        private Optional<String> withheld;
        private Optional<String> unacknowledged;
        private Optional<String> fenced;
        private Optional<String> fenceTrouble;
        private boolean owesResume;
        private String lastOutcome;
        private String failuresNoted;

        Draft(Memory m) {
            bootId = m.bootId;
            state = m.state;
            epoch = m.epoch;
            owner = m.owner;
            why = m.why;
            running = m.running;
            hold = m.hold;
            cede = m.cede;
            cedeAnswer = m.cedeAnswer;
            standbyAsked = m.standbyAsked;
            token = m.token;
            kept = m.kept;
            commits = m.commits;
            longestLeaseMillis = m.longestLeaseMillis;
            votes = m.votes;
            given = m.given;
            opened = m.opened;
            paused = m.paused;
            peerPaused = m.peerPaused;
            withheld = m.withheld;
            unacknowledged = m.unacknowledged;
            fenced = m.fenced;
            fenceTrouble = m.fenceTrouble;
            owesResume = m.owesResume;
            lastOutcome = m.lastOutcome;
            failuresNoted = m.failuresNoted;
        }

        void apply(Fact fact) {
            if (fact instanceof Fact.Booted f) {
                booted(f);
            } else if (fact instanceof Fact.Became f) {
                became(f);
            } else if (fact instanceof Fact.EpochSeen f) {
                epoch = f.epoch();
                owner = Optional.of(f.owner());
            } else if (fact instanceof Fact.PlanBegun f) {
                running = Optional.of(new Running(f.plan(), 0, false));
                fenceTrouble = Optional.empty();
                given = f.plan().given().or(() -> given);
                owesResume = owesResume || PoolerRules.pauses(f.plan());
            } else if (fact instanceof Fact.StepReached f) {
                running = running.map(r -> new Running(r.plan(), f.cursor(), r.undoing()));
            } else if (fact instanceof Fact.PlanUndoing f) {
                running = running.map(r -> new Running(r.plan().because(f.why()), 0, true));
            } else if (fact instanceof Fact.WalRescued f) {
                running = running.map(r -> r.and(f.words()));
            } else if (fact instanceof Fact.PlanEnded f) {
                unacknowledged = running.map(Running::plan)
                        .filter(plan -> f.ok() && plan.kind() == PlanKind.FAILOVER)
                        .map(Plan::why)
                        .or(() -> unacknowledged);
                running = Optional.empty();
                standbyAsked = Optional.empty();
                lastOutcome = f.words();
            } else if (fact instanceof Fact.HoldPlaced f) {
                hold = Optional.of(f.why());
            } else if (fact instanceof Fact.HoldLifted) {
                hold = Optional.empty();
            } else if (fact instanceof Fact.CommitsCounted f) {
                commits = Optional.of(f.commits());
            } else if (fact instanceof Fact.CommitsForgotten) {
                commits = Optional.empty();
            } else if (fact instanceof Fact.FailuresNoted f) {
                failuresNoted = f.count() == 0 ? "" : f.count() + " at " + f.when();
            } else {
                promise(fact);
            }
        }

        private void promise(Fact fact) {
            if (fact instanceof Fact.CedeOffered f) {
                cede = Optional.of(f.cede());
            } else if (fact instanceof Fact.CedeVoided) {
                cede = Optional.empty();
            } else if (fact instanceof Fact.CedeAnswered f) {
                cedeAnswer = Optional.of(f.answer());
            } else if (fact instanceof Fact.StandbyAsked f) {
                standbyAsked = Optional.of(f.id());
            } else if (fact instanceof Fact.TokenIssued f) {
                token = Optional.of(f.token());
            } else if (fact instanceof Fact.TokenKept f) {
                kept = Optional.of(f.token());
            } else if (fact instanceof Fact.TokenDropped) {
                kept = Optional.empty();
            } else if (fact instanceof Fact.LongestLease f) {
                longestLeaseMillis = f.millis();
            } else if (fact instanceof Fact.Opened f) {
                opened = Optional.of(f.epoch());
            } else if (fact instanceof Fact.Fenced f) {
                fenced = Optional.of(f.node() + " was switched off by fence device " + f.device()
                        + " (level " + f.level() + ") at "
                        + Instant.ofEpochMilli(f.wallClockMillis()));
                fenceTrouble = Optional.empty();
            } else if (fact instanceof Fact.FenceFailed f) {
                fenceTrouble = Optional.of(f.why());
            } else if (fact instanceof Fact.Voted f) {
                votes = f.votes();
            } else {
                wish(fact);
            }
        }

        /** What operators want. */
        private void wish(Fact fact) {
            if (fact instanceof Fact.Paused f) {
                paused = Optional.of(new Pause(f.by(), f.why(), f.forMillis()));
            } else if (fact instanceof Fact.Resumed) {
                paused = Optional.empty();
                peerPaused = Optional.empty();
            } else if (fact instanceof Fact.PeerPaused f) {
                peerPaused = Optional.of(f.words());
            } else if (fact instanceof Fact.PeerResumed) {
                peerPaused = Optional.empty();
            } else if (fact instanceof Fact.Withheld f) {
                withheld = Optional.of(f.why());
            } else if (fact instanceof Fact.Readmitted) {
                withheld = Optional.empty();
            } else if (fact instanceof Fact.Acknowledged) {
                unacknowledged = Optional.empty();
            } else if (fact instanceof Fact.PoolersResumed) {
                owesResume = false;
            } else if (!(fact instanceof Fact.DivergedWalSaved)) {
                throw new IllegalStateException("no fold for " + fact);
            }
        }

        private void booted(Fact.Booted f) {
            bootId = f.bootId();
            running = running.filter(r -> !r.plan().kind().isOfThisBoot());
            boolean releaseUndone =
                    running.filter(r -> r.canUndo() || r.undoing()).isPresent();
            if (releaseUndone) {
                running = Optional.empty();
            }
            state = switch (state) {
                case PRIMARY, RECONCILING, ISOLATED, UNDECIDED -> NodeState.UNDECIDED;
                case RELEASING -> running.isPresent() ? NodeState.RELEASING : NodeState.UNDECIDED;
                case CEDED -> cede.isPresent() ? NodeState.CEDED : NodeState.UNDECIDED;
                case STANDBY, PROMOTING, RELEASED, DEPOSED, CONFLICT -> state;
            };
            why = "machine booted";
        }

        private void became(Fact.Became f) {
            owesResume = owesResume || PoolerRules.takesOver(f, epoch);
            state = f.state();
            epoch = f.epoch();
            owner = Optional.of(f.owner());
            why = f.why();
            votes = votes.in(f.state());
            switch (f.state()) {
                case PRIMARY, STANDBY, DEPOSED -> {
                    unacknowledged =
                            f.state() == NodeState.PRIMARY ? unacknowledged : Optional.empty();
                    fenced = f.state() == NodeState.PRIMARY ? fenced : Optional.empty();
                    cede = Optional.empty();
                    token = Optional.empty();
                    kept = Optional.empty();
                    commits = Optional.empty();
                }
                case RELEASING, RECONCILING -> {
                    token = Optional.empty();
                    commits = Optional.empty();
                }
                case UNDECIDED, PROMOTING, ISOLATED, CEDED, RELEASED, CONFLICT -> {}
            }
        }

        Memory done() {
            return new Memory(
                    bootId,
                    state,
                    epoch,
                    owner,
                    why,
                    running,
                    hold,
                    cede,
                    cedeAnswer,
                    standbyAsked,
                    token,
                    kept,
                    commits,
                    longestLeaseMillis,
                    votes,
                    given,
                    opened,
                    paused,
                    peerPaused,
                    withheld,
                    unacknowledged,
                    fenced,
                    fenceTrouble,
                    owesResume,
                    lastOutcome,
                    failuresNoted);
        }
    }
}
