package io.pgha.engine;

import io.pgha.decision.Fact;
import io.pgha.decision.FenceRules;
import io.pgha.decision.Memory;
import io.pgha.decision.RescueRules;
import io.pgha.decision.World;
import io.pgha.model.ArbiterReply;
import io.pgha.model.ArbiterView;
import io.pgha.model.Cede;
import io.pgha.model.ControlData;
import io.pgha.model.GateState;
import io.pgha.model.Lsn;
import io.pgha.model.MonoTime;
import io.pgha.model.PeerMessage;
import io.pgha.model.PostgresView;
import io.pgha.model.Postmaster;
import io.pgha.model.Receiver;
import io.pgha.plan.ClaimBasis;
import io.pgha.plan.PlanKind;
import io.pgha.plan.Progress;
import io.pgha.plan.Step;
import io.pgha.plan.StepWords;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Carries the running workflow out, one step at a time; a turn never waits. What comes out of a turn is facts to record:
 * the cursor moves only when they are durable.
 */
final class Executor {

    private static final int ATTEMPTS = 3;
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final Actuator actuator;

    private String begun = "";
    private MonoTime begunAt = new MonoTime(0);
    private int attempts;
    private Optional<MonoTime> retryAt = Optional.empty();
    private Progress progress = new Progress(0, OptionalLong.empty(), "");
    private String lastSign = "";
    private MonoTime lastSignAt = new MonoTime(0);
    private Optional<TakenBack> takenBack = Optional.empty();

    /** Why and since when the order of the current step to a fence agent is void. */
    private record TakenBack(String why, MonoTime since) {}

    Executor(Actuator actuator) {
        this.actuator = actuator;
    }

    /** How far the current step is. */
    Progress progress() {
        return progress;
    }

    /** When the current step was begun. */
    MonoTime begunAt() {
        return begunAt;
    }

    /**
     * Asked every turn, also while the journal is being written: a peer that is heard again is not switched off, and an agent
     * that was begun is ended. Nothing durable is needed for that.
     */
    void takeBackOrder(World w) {
        boolean isOrdered = w.memory()
                .running()
                .filter(r -> !r.isOver() && r.step() instanceof Step.Fence)
                .filter(r -> key(r).equals(begun))
                .isPresent();
        if (isOrdered) {
            FenceRules.stops(w).ifPresent(why -> {
                actuator.abandon();
                takenBack = takenBack.or(
                        () -> Optional.of(new TakenBack(why, w.now().at())));
            });
        }
    }

    /** The facts this turn yields; empty: the step goes on. */
    List<Fact> advance(World w) {
        Memory.Running running = w.memory().running().orElseThrow();
        if (running.isOver()) {
            return List.of(over(running));
        }
        Outcome outcome = outcome(w, running);
        if (outcome instanceof Outcome.Done done) {
            return RescueRules.wayBack(w, running, done.facts())
                    .orElseGet(() -> stepDone(running, done));
        }
        if (outcome instanceof Outcome.Failed failed) {
            return running.step() instanceof Step.Fence fence
                    ? fenceFailed(w, running, fence, failed.why())
                    : stepFailed(w, running, failed.why());
        }
        if (outcome instanceof Outcome.Running goesOn) {
            progress = goesOn.progress();
        }
        return List.of();
    }

    private Outcome outcome(World w, Memory.Running running) {
        String key = key(running);
        boolean fresh = !key.equals(begun);
        if (fresh && running.undoing()) {
            // Nothing of the way there may go on while the way back is walked.
            actuator.abandon();
        }
        if (fresh) {
            begun = key;
            begunAt = w.now().at();
            attempts = 0;
            retryAt = Optional.empty();
            takenBack = Optional.empty();
            lastSign = "";
            lastSignAt = w.now().at();
            progress = new Progress(0, OptionalLong.empty(), StepWords.of(running.step()));
        }
        boolean again = retryAt.filter(at -> !at.isAfter(w.now().at())).isPresent();
        if (retryAt.isPresent() && !again) {
            return new Outcome.Running(progress);
        }
        if (again) {
            takenBack = Optional.empty();
        }
        Optional<Outcome> own = ownStep(w, running.step());
        if (own.isPresent()) {
            retryAt = Optional.empty();
            return own.get();
        }
        if (fresh || again) {
            retryAt = Optional.empty();
            actuator.begin(running.step(), w.memory(), w.now());
        }
        return actuator.poll();
    }

    private static String key(Memory.Running running) {
        return running.plan().id() + (running.undoing() ? "/undo/" : "/") + running.cursor();
    }

    private List<Fact> stepDone(Memory.Running running, Outcome.Done done) {
        return Recording.stepDone(running, done.facts(), over(running));
    }

    /** Every step was done: the workflow, or its way back. */
    private static Fact over(Memory.Running running) {
        boolean undone = running.undoing();
        return ended(running, !undone, undone ? running.plan().why() : "");
    }

    private List<Fact> stepFailed(World w, Memory.Running running, String why) {
        String words = StepWords.of(running.step()) + ": " + why;
        if (running.canUndo()) {
            return RescueRules.undo(w, running, words);
        }
        attempts = attempts + 1;
        boolean isDead = running.step() instanceof Step.Promote && w.now().isDown();
        if (attempts < ATTEMPTS && !isDead) {
            retryAt = Optional.of(w.now().at().plus(PAUSE));
            progress = new Progress(0, OptionalLong.empty(), "again after: " + words);
            return List.of();
        }
        return List.of(ended(running, false, words));
    }

    /** Where leases keep the two apart anyway, an extra that failed is only said; elsewhere nothing is taken over without it. */
    private List<Fact> fenceFailed(World w, Memory.Running running, Step.Fence fence, String why) {
        List<Fact> facts = new ArrayList<>();
        if (FenceRules.stops(w).isEmpty()) {
            facts.add(new Fact.FenceFailed(fence.target(), why));
        }
        boolean goesOn = FenceRules.stops(w).isEmpty()
                && FenceRules.stillOpen(w).isEmpty()
                && !w.policy().fence().required();
        facts.addAll(
                goesOn
                        ? stepDone(running, new Outcome.Done(List.of()))
                        : stepFailed(w, running, why));
        return facts;
    }

    /** An order that must not be given, or was taken back: with a lease it is not needed once the peer is seen to be closed. */
    private Optional<Outcome> stopFence(World w) {
        Optional<TakenBack> stopped = FenceRules.stops(w)
                .map(why -> new TakenBack(why, w.now().at()))
                .map(takenBack::orElse)
                .or(() -> takenBack);
        takenBack = stopped;
        return stopped.map(s -> {
            if (!w.policy().guard().isLease() || w.peer().isEmpty()) {
                return new Outcome.Failed("not switched off: " + s.why());
            }
            return FenceRules.isShut(w, s.since())
                    ? new Outcome.Done(List.of())
                    : new Outcome.Running(new Progress(
                            0,
                            OptionalLong.empty(),
                            s.why() + ": waiting until its gate is closed"));
        });
    }

    private static Fact ended(Memory.Running running, boolean ok, String why) {
        String kind = running.plan().kind().words();
        String words = ok
                ? kind + " done"
                : kind
                        + (running.undoing() ? " undone" : " failed")
                        + (why.isEmpty() ? "" : ": " + why);
        return new Fact.PlanEnded(running.plan().id(), ok, words);
    }

    private static String peerWords(World w) {
        return w.peer()
                .map(p -> p.node() + " is " + p.state()
                        + (p.activity().isEmpty() ? "" : " (" + p.activity() + ")"))
                .orElse(w.now().peerId() + " is silent");
    }

    /** The steps that are the engine's own: recording, and looking. */
    private Optional<Outcome> ownStep(World w, Step step) {
        if (step instanceof Step.Become s) {
            return done(Recording.of(s));
        }
        if (step instanceof Step.AwaitOpen) {
            boolean settled = gateIs(w, GateState.OPEN)
                    || !w.memory().state().mayOpen()
                    || w.memory().hold().isPresent();
            return Optional.of(seen(w, settled, w.policy().seenOpen(), "open"));
        }
        if (step instanceof Step.AwaitClosed) {
            boolean closed = gateIs(w, GateState.CLOSED);
            return Optional.of(seen(w, closed, w.policy().seenClosed(), "close"));
        }
        if (step instanceof Step.Claim s) {
            return Optional.of(claim(w, s));
        }
        if (step instanceof Step.Fence) {
            return stopFence(w);
        }
        if (step instanceof Step.AskForStandby s) {
            return done(new Fact.StandbyAsked(s.id()));
        }
        if (step instanceof Step.OfferCede s) {
            return Optional.of(offer(w, s));
        }
        if (step instanceof Step.AwaitPeer s
                && Conditions.hindrance(w, s.condition()).isPresent()) {
            return Conditions.hindrance(w, s.condition()).map(Outcome.Failed::new);
        }
        if (step instanceof Step.AwaitPeer s) {
            return Optional.of(await(
                    w,
                    Conditions.holds(w, s.condition()),
                    Conditions.limit(w.policy(), s.condition()),
                    "not within the limit; " + peerWords(w)));
        }
        if (step instanceof Step.AwaitStreaming && (w.now().isDown() || w.now().isReadWrite())) {
            return Optional.of(new Outcome.Failed(
                    "PostgreSQL was stopped, crashed or was promoted by hand meanwhile"));
        }
        if (step instanceof Step.AwaitStreaming
                && w.now().rebuild().isPresent()
                && !isStreaming(w)) {
            return w.now().rebuild().map(Outcome.Failed::new);
        }
        if (step instanceof Step.AwaitStreaming) {
            return Optional.of(await(
                    w,
                    isStreaming(w),
                    w.policy().workflowTimeout(),
                    "no stream from the peer (" + w.now().local().why() + ")"));
        }
        return Optional.empty();
    }

    /** A cede rests on a PostgreSQL that is down, and nobody may have started it since it was stopped. */
    private Outcome offer(World w, Step.OfferCede step) {
        if (w.now().postmaster() == Postmaster.RUNNING) {
            return new Outcome.Failed(
                    "PostgreSQL was started meanwhile, so that what it has is not final");
        }
        if (!w.now().isDown()) {
            return await(
                    w,
                    false,
                    w.policy().workflowTimeout(),
                    "it is not known whether PostgreSQL runs ("
                            + w.now().local().why() + ")");
        }
        Optional<ControlData> control = w.now().control();
        return new Outcome.Done(List.of(new Fact.CedeOffered(new Cede(
                step.id(),
                step.epoch(),
                step.to(),
                step.incarnation(),
                control.map(ControlData::end).orElse(new Lsn(0)),
                control.map(ControlData::unread)
                        .orElse(Optional.of("pg_control could not be read")),
                step.why(),
                isPlanned(w)))));
    }

    private static boolean isPlanned(World w) {
        return w.memory()
                .running()
                .filter(r -> r.plan().kind() == PlanKind.SWITCHOVER)
                .isPresent();
    }

    /**
     * Asked again every heartbeat until the arbiter says yes, or the leases it may have granted must be over: then its no
     * means that the old owner lives. Meanwhile its gate may have been torn down: who would not begin then does not go on
     * either.
     */
    private Outcome claim(World w, Step.Claim step) {
        ArbiterView arbiter = w.now().arbiter();
        boolean heard = arbiter.askedAt().filter(at -> !begunAt.isAfter(at)).isPresent();
        Optional<ArbiterReply.ClaimAnswer> answer = arbiter.reply()
                .filter(r -> heard)
                .flatMap(ArbiterReply::claim)
                .filter(c ->
                        c.id().equals(w.memory().running().orElseThrow().plan().id()));
        if (answer.filter(ArbiterReply.ClaimAnswer::moved).isPresent()) {
            return new Outcome.Done(List.of());
        }
        Optional<String> open = FenceRules.stillOpen(w)
                .filter(why ->
                        step.basis() == ClaimBasis.EXPIRY && !w.policy().fence().configured());
        if (open.isPresent()) {
            return new Outcome.Failed(open.get());
        }
        Duration beats = w.policy().heartbeats(3);
        boolean ceded = step.basis() == ClaimBasis.CEDED;
        Duration limit = ceded
                ? beats
                : w.policy().waitAfter(w.policy().lease()).multipliedBy(2).plus(beats);
        if (!w.now().at().isPast(begunAt, limit)) {
            return new Outcome.Running(progress);
        }
        if (answer.isEmpty() && step.basis() != ClaimBasis.EXPIRY) {
            return new Outcome.Done(List.of());
        }
        return new Outcome.Failed(answer.map(ArbiterReply.ClaimAnswer::why)
                .orElse("the arbiter did not answer"
                        + (arbiter.trouble().isEmpty() ? "" : ": " + arbiter.trouble())));
    }

    private static boolean gateIs(World w, GateState wanted) {
        return w.now().gate().answer().filter(wanted::equals).isPresent();
    }

    private static boolean isStreaming(World w) {
        return w.now()
                .local()
                .answer()
                .flatMap(PostgresView::receiver)
                .filter(Receiver::isStreaming)
                .isPresent();
    }

    /** The gate is this host's own: nothing that goes on elsewhere prolongs the wait for it. */
    private Outcome seen(World w, boolean holds, Duration limit, String verb) {
        if (holds) {
            return new Outcome.Done(List.of());
        }
        return w.now().at().isPast(begunAt, limit)
                ? new Outcome.Failed(
                        "the gate does not " + verb + " (" + w.now().gate().why() + ")")
                : new Outcome.Running(progress);
    }

    /** Any sign of progress at the peer or in local WAL starts the limit anew. */
    private Outcome await(World w, boolean holds, Duration limit, String why) {
        if (holds) {
            return new Outcome.Done(List.of());
        }
        String sign = w.peer().map(p -> p.activity() + p.state() + p.position()).orElse("")
                + w.now().local().answer().map(PostgresView::position);
        if (!sign.equals(lastSign)) {
            lastSign = sign;
            lastSignAt = w.now().at();
        }
        String activity = w.peer().map(PeerMessage::activity).orElse("");
        return w.now().at().isPast(lastSignAt, limit)
                ? new Outcome.Failed(why)
                : new Outcome.Running(new Progress(0, OptionalLong.empty(), activity));
    }

    private static Optional<Outcome> done(Fact fact) {
        return Optional.of(new Outcome.Done(List.of(fact)));
    }
}
