package io.pgha.sim;

import io.pgha.decision.Fact;
import io.pgha.decision.Memory;
import io.pgha.model.Epoch;
import io.pgha.model.GateState;
import io.pgha.model.Guard;
import io.pgha.model.NodeId;
import io.pgha.model.NodeState;
import io.pgha.model.PeerMessage;
import io.pgha.model.Register;
import io.pgha.plan.ClaimBasis;
import io.pgha.plan.Plan;
import io.pgha.plan.PlanKind;
import io.pgha.plan.Step;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The promises, looked at after every event and at every deed; what is broken stops the schedule. */
final class Laws {

    private final Universe universe;
    private final Map<Epoch, SimHost> opened = new HashMap<>();
    private final Map<SimHost, Long> wrongSince = new HashMap<>();
    private final Set<Epoch> leased = new HashSet<>();
    private final Set<SimHost> booted = new HashSet<>();
    private final Set<SimHost> promoting = new HashSet<>();
    private final Map<Epoch, NodeId> registered = new HashMap<>();
    private long bothSince = -1;
    private boolean handled;
    private boolean forced;
    private boolean calm;

    Laws(Universe universe) {
        this.universe = universe;
    }

    /** A person took matters into their own hands: what follows from that is theirs. */
    void handled() {
        handled = true;
    }

    /** A person vouched for a node that cannot be seen. */
    void forced() {
        handled = true;
        forced = true;
    }

    /** Nothing happens in this schedule that may cut a client. */
    void calm(boolean isCalm) {
        calm = isCalm;
    }

    /** After every event. */
    void look() {
        twoPrimaries();
        for (SimHost host : universe.hosts()) {
            openBehindItsBack(host);
        }
        if (calm && universe.now() > 5 * Agenda.SECOND) {
            SimHost a = universe.a();
            if (!a.gate().lets() || !a.postgres().isUp()) {
                throw new LawBroken(
                        "P5",
                        "clients were cut, though nothing happened that PostgreSQL would mind");
            }
        }
    }

    /** P1 where no lease guards: two open primaries only by silence or by hand, and not longer than until they meet. */
    private void twoPrimaries() {
        boolean both = universe.a().isOpenPrimary() && universe.b().isOpenPrimary();
        if (!both) {
            bothSince = -1;
            return;
        }
        if (bothSince < 0) {
            bothSince = universe.now();
            leaseBroken();
            gatewayBroken();
            fenceBroken();
            universe.trace().say("", "two open primaries");
            if (universe.policy().guard() == Guard.MANUAL && !handled) {
                throw new LawBroken("P1", "two open primaries under guard manual, by no hand");
            }
        }
        if (universe.hosts().stream().anyMatch(Laws::isStill)) {
            bothSince = universe.now();
        }
        long met = Math.max(bothSince, universe.faults().troubleUntil());
        if (universe.now() - met > reconcileBound()) {
            throw new LawBroken(
                    "P1",
                    "two open primaries for " + (universe.now() - met) / Agenda.MS
                            + " ms after the nodes could meet");
        }
    }

    /**
     * P1 with a lease: never, but for what the protocol's section 10 names: emptied rules, a machine that was frozen whole,
     * and a person who vouched wrongly.
     */
    private void leaseBroken() {
        long frozen = Math.max(universe.a().frozenUntil(), universe.b().frozenUntil());
        boolean exempt = forced
                || universe.a().gate().isDamaged()
                || universe.b().gate().isDamaged()
                || (frozen > 0
                        && universe.now()
                                < frozen + 2 * universe.policy().lease().toNanos());
        if (universe.policy().guard().isLease() && !exempt) {
            throw new LawBroken("P1", "two open primaries under a lease");
        }
    }

    /** P1 with a gateway: a well primary that saw neither peer nor gateway for that long has closed before anybody opens. */
    private void gatewayBroken() {
        if (universe.policy().guard() != Guard.GATEWAY || handled) {
            return;
        }
        SimHost older = universe.a()
                                .disk()
                                .durable()
                                .epoch()
                                .compareTo(universe.b().disk().durable().epoch())
                        < 0
                ? universe.a()
                : universe.b();
        boolean well = older.daemon().filter(d -> !d.isPaused()).isPresent()
                && universe.now() > universe.faults().localTroubleUntil(older);
        if (!well || isPausedUnheard(older)) {
            return;
        }
        SimDaemon daemon = older.daemon().orElseThrow();
        long seen = Math.max(daemon.link().contactTrue(), daemon.sensors().gatewaySeen());
        long last = Math.max(seen, daemon.awakeSince());
        long bound = older.clock().trueSpan(universe.policy().latestFence().toNanos());
        if (universe.now() - last > bound) {
            throw new LawBroken(
                    "P1",
                    older + " is open though it has seen nobody for "
                            + (universe.now() - last) / Agenda.MS + " ms, and " + older.peer()
                            + " opened");
        }
    }

    /** A pause that the cut-off peer never heard of holds on one side only. */
    private static boolean isPausedUnheard(SimHost host) {
        return isStill(host)
                && host.peer()
                        .daemon()
                        .flatMap(d -> d.link().view().last())
                        .flatMap(PeerMessage::paused)
                        .isEmpty();
    }

    private long reconcileBound() {
        return universe.policy().heartbeat().toNanos() * 4
                + universe.policy().interval().toNanos()
                + 2 * Agenda.SECOND;
    }

    /** P2, the lasting half: what opened rightly closes soon when it is right no more. */
    private void openBehindItsBack(SimHost host) {
        boolean wrong = host.gate().look() == GateState.OPEN
                && host.isRunning()
                && host.daemon().isPresent()
                && !isStill(host)
                && (host.disk().durable().state() != NodeState.PRIMARY
                        || (host.postgres().isUp() && host.postgres().isInRecovery()));
        if (!wrong) {
            wrongSince.remove(host);
            return;
        }
        long since = Math.max(
                wrongSince.computeIfAbsent(host, h -> universe.now()),
                universe.faults().troubleUntil());
        if (universe.now() - since > reconcileBound() + 2 * Agenda.SECOND) {
            throw new LawBroken(
                    "P2",
                    host + "'s gate stays open while it is "
                            + host.disk().durable().state());
        }
    }

    /** P2, the first half: the kernel is being told to open. */
    void opening(SimHost host) {
        Memory durable = host.disk().durable();
        if (durable.state() != NodeState.PRIMARY || !durable.isOwner(host.id())) {
            throw new LawBroken(
                    "P2",
                    host + " opens as " + durable.state() + ", owner of epoch " + durable.epoch()
                            + " is " + durable.owner());
        }
        if (booted.contains(host)) {
            throw new LawBroken("A11", host + " opens after a boot without a new decision");
        }
        if (durable.hold().isPresent()) {
            throw new LawBroken("P2", host + " opens a gate that an operator holds closed");
        }
        boolean recovering = host.postgres().isUp() && host.postgres().isInRecovery();
        if (recovering && universe.now() > universe.faults().troubleUntil()) {
            throw new LawBroken("P2", host + " opens over a PostgreSQL in recovery");
        }
        if (host.gate().look() == GateState.CLOSED) {
            nothingSynchronousLost(host);
        }
    }

    /** A person has paused it: the gate is not touched, nothing is decided. */
    private static boolean isStill(SimHost host) {
        Memory durable = host.disk().durable();
        return durable.paused().isPresent() || durable.peerPaused().isPresent();
    }

    /** What the arbiter holds now. */
    void registered(Register register) {
        NodeId first = registered.computeIfAbsent(register.epoch(), e -> register.owner());
        if (!first.equals(register.owner()) && !handled) {
            throw new LawBroken(
                    "V", "the arbiter gives epoch " + register.epoch() + " to both nodes");
        }
        if (register.leased()) {
            leased.add(register.epoch());
        }
    }

    /** P2 with a lease: a slot is being granted. */
    void granting(SimHost host) {
        leased.add(host.disk().durable().epoch());
        if (host.gate().look() == GateState.CLOSED) {
            nothingSynchronousLost(host);
        }
    }

    /** P3: whoever opens has everything that was acknowledged after both had it. */
    private void nothingSynchronousLost(SimHost host) {
        WalRecord newest = universe.clients().newestSynchronous();
        if (!handled && universe.isSynchronous() && !host.postgres().data().end.holds(newest)) {
            throw new LawBroken(
                    "P3", host + " opens without the synchronous commit at " + newest.position());
        }
    }

    /** P6: no deed without its entry. */
    void began(SimHost host, Step step) {
        boolean entered = host.disk()
                .durable()
                .running()
                .filter(r -> !r.isOver() && r.step().equals(step))
                .isPresent();
        if (!entered) {
            throw new LawBroken("P6", host + " begins " + step + ", which is not in its journal");
        }
        if (step instanceof Step.Fence) {
            fencing(host);
        }
        if (step instanceof Step.Promote) {
            promoting.add(host);
        }
        if (calm && step instanceof Step.StopPostgres) {
            throw new LawBroken("P5", host + " stops PostgreSQL for nothing");
        }
    }

    /** Row A11: what was true before a boot is not told as true after it. */
    void announcing(SimHost host, NodeState state) {
        if (state == NodeState.PRIMARY && !host.disk().durable().bootId().equals(host.bootId())) {
            throw new LawBroken("A11", host + " calls itself the primary of before its boot");
        }
    }

    /** Something is durable. */
    void recorded(SimHost host, Memory before, Memory after, Fact fact) {
        if (fact instanceof Fact.Booted) {
            booted.add(host);
        } else if (fact instanceof Fact.Became) {
            booted.remove(host);
        }
        if (fact instanceof Fact.Became became && became.state() == NodeState.PRIMARY) {
            SimHost other = opened.getOrDefault(became.epoch(), host);
            if (other != host && !handled) {
                throw new LawBroken(
                        "V", host + " and " + other + " both own epoch " + became.epoch());
            }
            opened.put(became.epoch(), host);
        }
        if (fact instanceof Fact.Voted || fact instanceof Fact.Became) {
            countsUponAbdication();
        }
        if (fact instanceof Fact.TokenIssued
                && !handled
                && !host.peer().postgres().data().end.holds(host.postgres().data().end)) {
            throw new LawBroken(
                    "P3", host + " issues a release that " + host.peer() + " lacks the WAL for");
        }
        boolean intends = before.state() != NodeState.PROMOTING
                && after.state() == NodeState.PROMOTING
                && after.running().isPresent();
        if (intends && after.running().orElseThrow().plan().kind() == PlanKind.PROMOTE) {
            handled = true;
        }
    }

    /** Row A4: who needs no lease has a peer that durably gave up its vote, after every fact on either disk. */
    private void countsUponAbdication() {
        for (SimHost host : universe.hosts()) {
            boolean alone = host.disk().durable().votes().alone().isPresent();
            if (alone && host.peer().disk().durable().votes().isHeld() && !forced) {
                throw new LawBroken(
                        "A4", host + " needs no lease, though " + host.peer() + " has its vote");
            }
        }
    }

    /** Something has been decided and goes to the disk now. */
    void recording(SimHost host, List<Fact> facts) {
        for (Fact fact : facts) {
            if (fact instanceof Fact.PlanBegun begun) {
                begun(host, begun.plan());
            }
        }
    }

    private void begun(SimHost host, Plan plan) {
        if (plan.kind() == PlanKind.FAILOVER) {
            takeover(host, plan);
        } else if (plan.kind() == PlanKind.CEDE) {
            ceding(host, plan.why());
        } else if (plan.kind() == PlanKind.DEPOSE) {
            deposed(host, plan);
        }
    }

    private void takeover(SimHost host, Plan plan) {
        // What was answered TAKEN is kept, whatever a person says later.
        if (!plan.why().endsWith("which was taken before the restart")) {
            unvetoed(host, plan.why());
        }
        if (plan.why().startsWith("the arbiter confirms the claim")) {
            resumed(host, plan);
        } else if (plan.why().contains(" ceded epoch ")) {
            ceded(host);
        } else {
            onSilence(host, plan.why());
        }
    }

    /** Row B12: what a person or the copy itself forbids. */
    private void unvetoed(SimHost host, String why) {
        Memory durable = host.disk().durable();
        if (!durable.votes().isHeld()) {
            throw new LawBroken("A4", host + " takes over after it gave up its vote: " + why);
        }
        if (isStill(host) || durable.withheld().isPresent()) {
            throw new LawBroken("veto", host + " takes over though a person said no: " + why);
        }
        SimPostgres postgres = host.postgres();
        // A claim that was made before the replay was paused goes on: PostgreSQL's promotion ends
        // the pause and replays the
        // rest.
        if (!why.startsWith("the arbiter confirms the claim")
                && postgres.isReplayPaused()
                && universe.now() - postgres.replayPausedAt() > 4 * Agenda.SECOND) {
            throw new LawBroken("veto", host + " takes over while its replay is paused: " + why);
        }
    }

    /** Protocol section 4: the order is the proof. */
    private static void ceded(SimHost host) {
        SimHost peer = host.peer();
        Memory theirs = peer.disk().durable();
        if (theirs.state() != NodeState.CEDED) {
            return;
        }
        if (peer.postgres().isWritable()) {
            throw new LawBroken("cede", peer + " ceded while its PostgreSQL accepts writes");
        }
        if (peer.gate().look() == GateState.OPEN) {
            throw new LawBroken("cede", peer + " ceded while its gate is open");
        }
        if (theirs.cede().isEmpty()) {
            throw new LawBroken("cede", peer + " ceded, and its disk does not know of it");
        }
    }

    /** Rule S: an intent goes on after a restart only if the arbiter really moved the epoch to this node. */
    private void resumed(SimHost host, Plan plan) {
        boolean proven = plan.steps().stream()
                .anyMatch(step -> step instanceof Step.Claim claim
                        && host.id().equals(registered.get(claim.epoch())));
        if (!proven) {
            throw new LawBroken("S", host + " resumes a takeover that nobody has confirmed");
        }
    }

    /** Rule R: only to a peer that has just said that it would take it. */
    private static void ceding(SimHost host, String why) {
        boolean would = host.daemon()
                .flatMap(d -> d.link().view().last())
                .filter(p -> p.state() == NodeState.STANDBY && p.vetoes().isEmpty())
                .isPresent();
        if (!would) {
            throw new LawBroken("R", host + " cedes to a peer that would not take over: " + why);
        }
    }

    /** Rule C: an owner that has opened gives way only to an epoch that was really opened. */
    private void deposed(SimHost host, Plan plan) {
        Memory durable = host.disk().durable();
        boolean serving = durable.state() == NodeState.PRIMARY
                && durable.opened().filter(durable.epoch()::equals).isPresent();
        boolean isClaimOnly = plan.why().contains(" opened epoch ")
                && plan.steps().stream()
                        .anyMatch(step -> step instanceof Step.Become become
                                && !leased.contains(become.epoch()));
        if (universe.policy().guard().isLease() && serving && isClaimOnly && !handled) {
            throw new LawBroken("C", host + " gives way to a mere claim: " + plan.why());
        }
    }

    /** P7 and P8: a takeover on silence needs a silence of that length, of every channel, and an observer that was awake. */
    private void onSilence(SimHost host, String why) {
        if (universe.policy().guard() == Guard.MANUAL
                && !universe.policy().fence().configured()) {
            throw new LawBroken("guard", host + " takes over by itself under guard manual: " + why);
        }
        SimDaemon daemon = host.daemon().orElseThrow();
        // With a lease a port that answers proves nothing: nobody may renew behind it (row B7).
        long port = universe.policy().guard().isLease() ? -1 : daemon.sensors().signOfLife();
        long sign = Math.max(daemon.link().heardTrue(), port);
        long silence = universe.now() - sign;
        long needed = host.clock().trueSpan(universe.policy().earliestTakeover().toNanos());
        if (silence < needed - 20 * Agenda.MS) {
            throw new LawBroken(
                    "P7",
                    host + " takes over " + silence / Agenda.MS + " ms after a sign of life: "
                            + why);
        }
        if (!universe.policy().guard().isLease()) {
            everyChannelFailed(host, daemon, why);
        }
        long awake = universe.now() - daemon.awakeSince();
        if (awake < needed - 20 * Agenda.MS) {
            throw new LawBroken(
                    "P8", host + " takes over " + awake / Agenda.MS + " ms after it woke: " + why);
        }
        long recent = universe.policy().heartbeat().toNanos();
        if (!universe.policy().fence().configured() && daemon.sensors().clientPortWasOpen(recent)) {
            throw new LawBroken(
                    "B8", host + " takes over from a peer that it has just seen open: " + why);
        }
        long lag = daemon.link().knownPosition() - host.postgres().data().end.end();
        if (lag > universe.policy().maximumLagOnFailover()) {
            throw new LawBroken("P3", host + " takes over " + lag + " bytes behind: " + why);
        }
    }

    private void everyChannelFailed(SimHost host, SimDaemon daemon, String why) {
        int failed = daemon.sensors().failedProbes();
        if (failed < universe.policy().maxPrimaryFailcount()) {
            throw new LawBroken(
                    "P7", host + " takes over after " + failed + " failed probes: " + why);
        }
        long seen = daemon.sensors().streamSeen();
        long timeout = host.clock().trueSpan(universe.policy().streamTimeout().toNanos());
        if (seen >= 0 && universe.now() - seen < timeout - 20 * Agenda.MS) {
            throw new LawBroken("P7", host + " takes over while it sees the stream alive: " + why);
        }
    }

    /** Nobody who is heard is switched off, and nobody but who was the primary as far as can be known. */
    private void fencing(SimHost host) {
        Memory durable = host.disk().durable();
        long silence = universe.now() - host.daemon().orElseThrow().link().heardTrue();
        long fresh = host.clock().trueSpan(universe.policy().heartbeat().toNanos() * 3);
        if (durable.state() != NodeState.PROMOTING || silence < fresh - 20 * Agenda.MS) {
            throw new LawBroken(
                    "fence",
                    host + " as " + durable.state() + " fences a peer that it heard "
                            + silence / Agenda.MS + " ms ago");
        }
        if (durable.paused().isPresent() || durable.withheld().isPresent()) {
            throw new LawBroken("fence", host + " fences while a person keeps it from acting");
        }
    }

    /** With fencing nobody takes over beside a primary: two of them only by hand, or where rules were emptied. */
    private void fenceBroken() {
        boolean exempt = handled
                || universe.a().gate().isDamaged()
                || universe.b().gate().isDamaged();
        if (universe.policy().fence().decides() && !exempt) {
            throw new LawBroken("P1", "two open primaries with fencing");
        }
    }

    /** PostgreSQL left recovery. */
    void promoted(SimHost host) {
        boolean recorded = host.disk()
                .durable()
                .running()
                .filter(r -> !r.isOver() && r.step() instanceof Step.Promote)
                .isPresent();
        // One that was begun with its entry may come to its end after its daemon was killed.
        boolean begun = promoting.remove(host);
        if (!recorded && !begun && !handled) {
            throw new LawBroken("P6", host + " promotes without an intent on disk");
        }
        boolean unclaimed = host.disk().durable().running().stream()
                .filter(r -> !r.isOver() && r.plan().kind() == PlanKind.FAILOVER)
                .flatMap(r -> r.steps().stream())
                .anyMatch(step -> step instanceof Step.Claim claim
                        && claim.basis() == ClaimBasis.EXPIRY
                        && !host.id().equals(registered.get(claim.epoch())));
        if (unclaimed && !handled) {
            throw new LawBroken("V", host + " promotes for an epoch that it has not claimed");
        }
    }

    /** P4: the copy that lay aside is being removed. */
    void dropping(SimHost host) {
        DataCopy data = host.postgres().data();
        boolean needed = host.postgres().aside().isPresent();
        if (needed && !(data.complete && data.proven)) {
            throw new LawBroken("P4", host + " drops the old copy before the new one is proven");
        }
    }

    /** P4: the data directory is about to be overwritten in place. */
    void wiping(SimHost host) {
        if (!host.peer().postgres().isWritable()) {
            throw new LawBroken("P4", host + " wipes its copy while the peer does not serve");
        }
    }
}
