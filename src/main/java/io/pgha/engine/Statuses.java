package io.pgha.engine;

import io.pgha.decision.Counting;
import io.pgha.decision.Decision;
import io.pgha.decision.Eligibility;
import io.pgha.decision.Memory;
import io.pgha.decision.Situation;
import io.pgha.decision.World;
import io.pgha.model.GateState;
import io.pgha.model.MonoTime;
import io.pgha.model.NodeState;
import io.pgha.model.PeerMessage;
import io.pgha.model.PostgresView;
import io.pgha.model.Postmaster;
import io.pgha.plan.Progress;
import io.pgha.plan.StepWords;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What {@code pgha status} shows, composed from one turn. */
final class Statuses {

    private final String version;
    private final List<String> gateways;

    Statuses(String version, List<String> gateways) {
        this.version = version;
        this.gateways = List.copyOf(gateways);
    }

    /** What the engine knows beside the world: its own workflow and its last words. */
    record Extra(
            Decision decision,
            MonoTime stateSince,
            Progress progress,
            MonoTime stepBegunAt,
            Optional<Status.Ended> ended,
            Optional<String> journalTrouble,
            List<Warnings.Warning> warnings,
            String configDigest,
            List<String> remarks) {}

    Status compose(World w, Extra extra) {
        Memory m = w.memory();
        List<String> problems = problems(w, extra);
        List<String> vetoes = m.state() == NodeState.STANDBY ? Eligibility.vetoes(w) : List.of();
        return new Status(
                w.now().at(),
                w.now().self(),
                w.now().peerId(),
                version,
                extra.configDigest(),
                w.policy().profile(),
                w.policy().guard().name().toLowerCase(Locale.ROOT),
                m.state(),
                m.epoch(),
                m.owner(),
                w.now().at().since(extra.stateSince()),
                extra.decision().why(),
                w.now().gate(),
                m.hold(),
                w.now().postmaster(),
                w.now().local(),
                m.state() == NodeState.PRIMARY ? w.now().ownPort() : w.now().peerPort(),
                w.tally().failures(),
                w.policy().maxPrimaryFailcount(),
                Eligibility.lagBytes(w),
                vetoes,
                w.now().peer(),
                w.now().peer().heardAt().map(at -> w.now().at().since(at)),
                gatewayWords(w),
                LeaseWords.of(w),
                w.tally().leases().held().map(held -> held.until().since(w.now().at())),
                running(w, extra),
                extra.ended(),
                problems,
                Exposure.of(w.policy()),
                Coverage.of(w.policy()),
                exitCode(w, problems, vetoes));
    }

    private List<String> gatewayWords(World w) {
        String seen = w.now()
                .gatewaySeenAt()
                .map(at -> "seen " + w.now().at().since(at).toMillis() + " ms ago")
                .orElse("not seen");
        return gateways.isEmpty() ? List.of() : List.of(String.join(", ", gateways) + ": " + seen);
    }

    private static Optional<Status.Running> running(World w, Extra extra) {
        return w.memory().running().filter(r -> !r.isOver()).map(r -> {
            Duration elapsed = w.now().at().since(extra.stepBegunAt());
            long seconds = Math.max(1, elapsed.toSeconds());
            Progress p = extra.progress();
            return new Status.Running(
                    r.plan().id(),
                    r.plan().kind().words() + (r.undoing() ? " (going back)" : ""),
                    r.cursor() + 1,
                    r.steps().size(),
                    p.words().isEmpty() ? StepWords.of(r.step()) : p.words(),
                    p.done(),
                    p.total().orElse(0),
                    p.done() / seconds,
                    elapsed);
        });
    }

    private static List<String> problems(World w, Extra extra) {
        List<String> problems = new ArrayList<>();
        Situation s = extra.decision().situation();
        if (s != Situation.HEALTHY && s != Situation.BUSY) {
            problems.add(extra.decision().why());
        }
        extra.journalTrouble()
                .ifPresent(why -> problems.add("the state directory cannot be written (" + why
                        + "): no change of role is possible until that is mended"));
        w.memory()
                .hold()
                .ifPresent(why ->
                        problems.add("the gate is held closed (" + why + "): pgha gate open"));
        w.memory()
                .withheld()
                .ifPresent(why -> problems.add(
                        "an operator keeps this node a standby (" + why + "): pgha unstandby"));
        w.memory()
                .unacknowledged()
                .ifPresent(why -> problems.add("an automatic failover made this node primary ("
                        + why + "), and the next one waits: pgha acknowledge"));
        w.memory()
                .fenced()
                .filter(why ->
                        w.memory().state() == NodeState.PRIMARY && w.peer().isEmpty())
                .ifPresent(
                        why -> problems.add(
                                why
                                        + ": when it is mended, power it on; it comes up closed and is rebuilt there by pgha initialize"));
        if (w.now().gate().answer().isEmpty()) {
            problems.add("the gate could not be read: " + w.now().gate().why());
        } else if (w.now().gate().answer().get() == GateState.DAMAGED) {
            problems.add("the gate's rules were changed by somebody: they are being put back");
        }
        if (w.now().postmaster() == Postmaster.RUNNING
                && w.now().local().answer().isEmpty()) {
            problems.add(
                    "the local PostgreSQL does not answer: " + w.now().local().why());
        }
        w.now().local().answer().map(PostgresView::warnings).ifPresent(problems::addAll);
        if (w.policy().guard().isLease() && !w.now().arbiter().trouble().isEmpty()) {
            problems.add("arbiter: " + w.now().arbiter().trouble());
        }
        problems.addAll(extra.remarks());
        extra.warnings().forEach(warning -> problems.add(warning.sentence()));
        if (!w.now().peer().trouble().isEmpty()) {
            problems.add("peer link: " + w.now().peer().trouble());
        }
        return problems;
    }

    /** 4: no writable primary, or two; 3: one more fault would hurt, as it does when the standby would not take over. */
    private static int exitCode(World w, List<String> problems, List<String> vetoes) {
        Optional<PeerMessage> peer =
                w.now().freshPeer(Counting.fresh(w.policy()).multipliedBy(2));
        boolean here =
                w.memory().state() == NodeState.PRIMARY && w.now().isReadWrite() && gateIsOpen(w);
        boolean there = peer.filter(p -> p.state() == NodeState.PRIMARY)
                        .flatMap(PeerMessage::gateOpen)
                        .orElse(false)
                || (peer.isEmpty()
                        && w.memory().state() == NodeState.STANDBY
                        && w.now()
                                .peerPort()
                                .filter(p -> p.answer().isSignOfLife())
                                .isPresent());
        if (here == there) {
            return 4;
        }
        boolean protectedNow = peer.filter(
                        p -> p.state() == NodeState.STANDBY || p.state() == NodeState.PRIMARY)
                .filter(p -> p.vetoes().isEmpty())
                .isPresent();
        return protectedNow && vetoes.isEmpty() && problems.isEmpty() ? 0 : 3;
    }

    private static boolean gateIsOpen(World w) {
        return w.now().gate().answer().filter(GateState.OPEN::equals).isPresent();
    }
}
