package io.pgha.engine;

import io.pgha.decision.Boot;
import io.pgha.decision.Fact;
import io.pgha.decision.RejoinVerdicts;
import io.pgha.decision.SwitchoverVerdict;
import io.pgha.decision.Verdicts;
import io.pgha.decision.Verdicts.Verdict;
import io.pgha.decision.Wishes;
import io.pgha.decision.World;
import io.pgha.model.MonoTime;
import io.pgha.model.NodeState;
import io.pgha.model.Postmaster;
import io.pgha.plan.Plan;
import io.pgha.plan.StepWords;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.function.Consumer;
import java.util.function.Function;

/** Operators' requests on their way through the engine: each gets exactly one reply. */
final class Operators {

    private static final int LIMIT = 16;

    /** A refusal of {@link #late} is given by then. */
    private static final Duration SETTLING = Duration.ofSeconds(4);

    private final ArrayBlockingQueue<Asked> queue = new ArrayBlockingQueue<>(LIMIT);
    private Optional<Asked> boot = Optional.empty();
    private boolean bootAsked;
    private Optional<Answer> unconfirmed = Optional.empty();

    /** A question whose refusal waits, since the other node is about to know its role. */
    private Optional<Late> late = Optional.empty();

    private record Late(Asked asked, MonoTime until) {}

    private record Asked(Request request, Consumer<Reply> reply) {}

    private record Answer(Consumer<Reply> to, Reply reply) {}

    /** Any thread. */
    void add(Request request, Consumer<Reply> reply) {
        if (!queue.offer(new Asked(request, reply))) {
            reply.accept(new Reply(
                    1, List.of("too many requests at once: try again"), Optional.empty()));
        }
    }

    /** The boot hook wants PostgreSQL started. */
    boolean bootAsked() {
        return bootAsked;
    }

    /** Facts to record for the next request; the reply waits until they are durable. */
    List<Fact> take(World w, Function<Verdict, Reply> toReply) {
        if (boot.isPresent()) {
            answerBoot(w);
        }
        late.ifPresent(question -> answerLate(w, question));
        Asked asked = queue.poll();
        if (asked == null) {
            return List.of();
        }
        if (asked.request() instanceof Request.CheckStart start) {
            checkStart(w, asked, start.dryRun());
            return List.of();
        }
        if (asked.request() instanceof Request.CheckAccess) {
            asked.reply().accept(checkAccess(w));
            return List.of();
        }
        Verdict verdict = verdict(w, asked.request());
        if (asked.request().dryRun()) {
            if (late.isEmpty() && isSoonDecided(w, asked.request(), verdict)) {
                late = Optional.of(new Late(asked, w.now().at().plus(SETTLING)));
            } else {
                asked.reply().accept(dry(verdict, inTheWay(w, asked.request(), verdict)));
            }
            return List.of();
        }
        List<Fact> facts = new ArrayList<>(verdict.facts());
        verdict.plan().ifPresent(plan -> facts.addAll(Recording.begun(plan)));
        if (facts.isEmpty()) {
            asked.reply().accept(toReply.apply(verdict));
        } else {
            unconfirmed = Optional.of(new Answer(asked.reply(), toReply.apply(verdict)));
        }
        return facts;
    }

    /** What was asked is durable. */
    void recorded() {
        unconfirmed.ifPresent(answer -> answer.to().accept(answer.reply()));
        unconfirmed = Optional.empty();
    }

    /** What was asked could not be made durable. */
    void failed(String why) {
        unconfirmed.ifPresent(answer -> answer.to()
                .accept(new Reply(
                        1,
                        List.of("not begun: the journal cannot be written (" + why
                                + "); free space, then type it again"),
                        Optional.empty())));
        unconfirmed = Optional.empty();
    }

    private static Verdict verdict(World w, Request request) {
        Optional<Verdict> wish = wish(w, request);
        if (wish.isPresent()) {
            return wish.get();
        }
        if (w.memory().stillness().isPresent()) {
            return new Verdict(
                    5,
                    List.of(w.memory().stillness().get() + ": pgha resume first"),
                    List.of(),
                    Optional.empty());
        }
        return change(w, request);
    }

    private static Optional<Verdict> wish(World w, Request request) {
        if (request instanceof Request.Pause r) {
            return Optional.of(Wishes.pause(w, r.by(), r.why(), r.forMillis()));
        }
        if (request instanceof Request.Resume r) {
            return Optional.of(Wishes.resume(w, r.by()));
        }
        if (request instanceof Request.Standby r) {
            return Optional.of(Wishes.standby(w, r.why()));
        }
        if (request instanceof Request.Unstandby) {
            return Optional.of(Wishes.unstandby(w));
        }
        return request instanceof Request.Acknowledge r
                ? Optional.of(Wishes.acknowledge(w, r.by()))
                : Optional.empty();
    }

    private static Verdict change(World w, Request request) {
        if (request instanceof Request.Promote r) {
            return Verdicts.promote(w, r.acceptLoss(), r.force());
        }
        if (request instanceof Request.Switchover) {
            return SwitchoverVerdict.of(w);
        }
        if (request instanceof Request.Release r) {
            return Verdicts.release(w, r.archive());
        }
        if (request instanceof Request.CancelRelease r) {
            return Verdicts.cancelRelease(w, r.force());
        }
        if (request instanceof Request.Initialize r) {
            Optional<Boolean> as = switch (r.as()) {
                case VERDICT -> Optional.empty();
                case PRIMARY -> Optional.of(true);
                case STANDBY -> Optional.of(false);
            };
            return Verdicts.initialize(w, as, r.from(), r.inPlace());
        }
        if (request instanceof Request.Rejoin r) {
            return RejoinVerdicts.rejoin(w, r.wal());
        }
        return request instanceof Request.GateClose r
                ? Verdicts.gateClose(w, r.why())
                : Verdicts.gateOpen(w);
    }

    private void answerLate(World w, Late question) {
        Request request = question.asked().request();
        Verdict verdict = verdict(w, request);
        if (w.now().at().isAfter(question.until()) || !isSoonDecided(w, request, verdict)) {
            question.asked().reply().accept(dry(verdict, inTheWay(w, request, verdict)));
            late = Optional.empty();
        }
    }

    /** The other node's daemon was perhaps started a moment ago: it is heard soon, and knows its role soon after. */
    private static boolean isSoonDecided(World w, Request request, Verdict verdict) {
        return waits(request, verdict)
                && w.memory().running().isEmpty()
                && w.peer().map(p -> p.state() == NodeState.UNDECIDED).orElse(true);
    }

    /** Whoever types these looks at a node that has just been started or struck. */
    private static boolean waits(Request request, Verdict verdict) {
        return verdict.exitCode() != 0
                && (request instanceof Request.Initialize || request instanceof Request.Rejoin);
    }

    /** What runs is soon over. */
    private static Optional<String> inTheWay(World w, Request request, Verdict verdict) {
        return waits(request, verdict)
                ? w.memory().running().map(r -> r.plan().id())
                : Optional.empty();
    }

    private static Reply dry(Verdict verdict, Optional<String> inTheWay) {
        List<String> lines = new ArrayList<>(verdict.words());
        verdict.plan().map(Plan::steps).ifPresent(steps -> {
            for (int i = 0; i < steps.size(); i++) {
                lines.add("  " + (i + 1) + ". " + StepWords.of(steps.get(i)));
            }
        });
        return new Reply(verdict.exitCode(), lines, inTheWay);
    }

    private void checkStart(World w, Asked asked, boolean dryRun) {
        if (dryRun) {
            asked.reply().accept(new Reply(0, List.of(bootWords(w)), Optional.empty()));
            return;
        }
        bootAsked = true;
        boot.ifPresent(earlier -> earlier.reply()
                .accept(new Reply(
                        1, List.of("another pgha check-start took over"), Optional.empty())));
        boot = Optional.of(asked);
    }

    /** Replies as soon as the matter is decided: running in a role, or staying down with a reason. */
    private void answerBoot(World w) {
        Asked asked = boot.orElseThrow();
        NodeState state = w.memory().state();
        boolean busy = w.memory().running().isPresent();
        if (!busy && mustNotStart(w)) {
            finishBoot(
                    asked,
                    new Reply(
                            5,
                            List.of("PostgreSQL is not started: " + bootWords(w)),
                            Optional.empty()));
            return;
        }
        boolean up = w.now().postmaster() == Postmaster.RUNNING;
        if (busy) {
            return;
        }
        if (up && (state == NodeState.PRIMARY || state == NodeState.STANDBY)) {
            finishBoot(
                    asked,
                    new Reply(
                            0,
                            List.of("PostgreSQL runs; this node is " + state + " at epoch "
                                    + w.memory().epoch()),
                            Optional.empty()));
            return;
        }
        boolean waiting = state == NodeState.UNDECIDED && Boot.verdict(w).kind() == Boot.Kind.WAIT;
        boolean starting = state == NodeState.STANDBY
                || (state == NodeState.PROMOTING && !up)
                || (state == NodeState.UNDECIDED
                        && (Boot.verdict(w).kind() == Boot.Kind.OPEN
                                || Boot.verdict(w).kind() == Boot.Kind.DEPOSED));
        boolean triedAll = w.tally().restarts() >= w.policy().crash().restartAttempts();
        if (!waiting && (!starting || triedAll)) {
            finishBoot(
                    asked,
                    new Reply(
                            5,
                            List.of("PostgreSQL is not started: " + bootWords(w)),
                            Optional.empty()));
        }
    }

    private void finishBoot(Asked asked, Reply reply) {
        asked.reply().accept(reply);
        boot = Optional.empty();
        bootAsked = false;
    }

    /** What lies in the data directory is no whole database. */
    private static boolean mustNotStart(World w) {
        return w.now().isDown() && w.now().rebuild().isPresent();
    }

    private static String bootWords(World w) {
        NodeState state = w.memory().state();
        if (mustNotStart(w)) {
            return w.now().rebuild().orElseThrow();
        }
        if (state == NodeState.UNDECIDED) {
            return Boot.verdict(w).why();
        }
        if (state == NodeState.STANDBY) {
            return w.now().postmaster() == Postmaster.RUNNING
                    ? "it runs already"
                    : "start as standby, gate closed";
        }
        return "this node is " + state + ": "
                + io.pgha.decision.Decider.decide(w).why();
    }

    private static Reply checkAccess(World w) {
        return switch (w.memory().state()) {
            case PRIMARY ->
                new Reply(
                        0,
                        List.of("this node is PRIMARY at epoch " + w.memory().epoch()
                                + ": the gate is open while" + " PostgreSQL accepts writes"),
                        Optional.empty());
            case UNDECIDED ->
                new Reply(
                        5,
                        List.of("the gate stays closed: " + Boot.verdict(w).why()),
                        Optional.empty());
            case STANDBY ->
                new Reply(
                        0,
                        List.of("this node is STANDBY: the gate stays closed"),
                        Optional.empty());
            case PROMOTING, ISOLATED, CEDED, RELEASING, RELEASED, RECONCILING, DEPOSED, CONFLICT ->
                new Reply(
                        5,
                        List.of("the gate stays closed: this node is "
                                + w.memory().state() + " (" + w.memory().why() + ")"),
                        Optional.empty());
        };
    }
}
