package io.pgha.plan;

import io.pgha.model.Epoch;
import io.pgha.model.NodeId;
import io.pgha.model.NodeState;
import io.pgha.plan.Step.AskForStandby;
import io.pgha.plan.Step.AwaitClosed;
import io.pgha.plan.Step.AwaitOpen;
import io.pgha.plan.Step.AwaitPeer;
import io.pgha.plan.Step.AwaitStreaming;
import io.pgha.plan.Step.Become;
import io.pgha.plan.Step.Checkpoint;
import io.pgha.plan.Step.Claim;
import io.pgha.plan.Step.Clone;
import io.pgha.plan.Step.ConfigureStandby;
import io.pgha.plan.Step.CountCommits;
import io.pgha.plan.Step.DropOld;
import io.pgha.plan.Step.DropSlot;
import io.pgha.plan.Step.EndSessions;
import io.pgha.plan.Step.Fence;
import io.pgha.plan.Step.IssueToken;
import io.pgha.plan.Step.MarkPrimary;
import io.pgha.plan.Step.MarkStandby;
import io.pgha.plan.Step.OfferCede;
import io.pgha.plan.Step.PackArchive;
import io.pgha.plan.Step.Promote;
import io.pgha.plan.Step.StartPostgres;
import io.pgha.plan.Step.StopPostgres;
import io.pgha.plan.Step.StopReceiver;
import io.pgha.plan.Step.SwapIn;
import io.pgha.plan.Step.UnpackArchive;
import io.pgha.plan.Step.VerifyToken;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Every workflow as a list of steps; the order of the steps is the safety argument of each.
 *
 * <p>The gate has no step of its own: it follows the durable state (open in PRIMARY alone), so {@link Become} opens and
 * closes it, and {@link AwaitOpen} and {@link AwaitClosed} read it back.
 */
public final class Workflows {

    private final NodeId self;
    private final NodeId peer;
    private final boolean arbited;
    private final boolean fences;

    /**
     * Workflows of this node.
     *
     * @param arbited a lease guard is in force: epochs are claimed at the arbiter before they are used
     * @param fences a silent primary's machine is switched off before its role is taken
     */
    public Workflows(NodeId self, NodeId peer, boolean arbited, boolean fences) {
        this.self = self;
        this.peer = peer;
        this.arbited = arbited;
        this.fences = fences;
    }

    /** Standby to primary. Undone until the promotion is asked for: after that PostgreSQL may have left recovery. */
    public Plan failover(
            String id,
            Epoch next,
            Epoch before,
            Optional<NodeId> ownerBefore,
            ClaimBasis basis,
            String why) {
        return takeover(PlanKind.FAILOVER, id, next, before, ownerBefore, basis, why);
    }

    /** As {@link #failover}, because a person said so: it needs no acknowledgement. */
    public Plan promote(
            String id,
            Epoch next,
            Epoch before,
            Optional<NodeId> ownerBefore,
            ClaimBasis basis,
            String why) {
        return takeover(PlanKind.PROMOTE, id, next, before, ownerBefore, basis, why);
    }

    private Plan takeover(
            PlanKind kind,
            String id,
            Epoch next,
            Epoch before,
            Optional<NodeId> ownerBefore,
            ClaimBasis basis,
            String why) {
        List<Step> steps = new ArrayList<>();
        steps.add(new Become(NodeState.PROMOTING, next, self, why));
        claim(steps, next, before, ownerBefore, basis);
        fence(steps, kind, basis);
        steps.add(new StopReceiver());
        if (basis == ClaimBasis.CEDED) {
            steps.add(new Step.RescueWal());
        }
        int pointOfNoReturn = steps.size();
        steps.add(new Promote());
        steps.add(new Become(NodeState.PRIMARY, next, self, "promoted"));
        steps.addAll(List.of(new AwaitOpen(), new Step.ResumeReceiver(), new Checkpoint()));
        List<Step> undo = followOn(before, ownerBefore.orElse(peer), "takeover undone");
        return new Plan(id, kind, steps, pointOfNoReturn, undo, why);
    }

    /** A takeover that does not come to its promotion leaves a standby as it was. */
    private static List<Step> followOn(Epoch before, NodeId owner, String why) {
        Become standby = new Become(NodeState.STANDBY, before, owner, why);
        return List.of(new Step.ResumeReceiver(), standby, new DropSlot());
    }

    /** An old owner takes back what the peer claimed and never opened (rule C). */
    public Plan reclaim(String id, Epoch next, Epoch claimed, String why) {
        List<Step> steps = List.of(
                new Claim(next, claimed, Optional.of(peer), ClaimBasis.EXPIRY),
                new Become(NodeState.PRIMARY, next, self, why));
        return new Plan(id, PlanKind.RECLAIM, steps, 0, List.of(), why);
    }

    /** A ceded epoch that the peer never opened is served here again, under a new number (rule R). */
    public Plan takeBack(String id, Epoch next, Epoch held, NodeId heldBy, String why) {
        List<Step> steps = List.of(
                new Claim(next, held, Optional.of(heldBy), ClaimBasis.EXPIRY),
                new MarkPrimary(),
                new StartPostgres(),
                new Become(NodeState.PRIMARY, next, self, why),
                new AwaitOpen());
        return new Plan(id, PlanKind.RECLAIM, steps, 0, List.of(), why);
    }

    private void claim(
            List<Step> steps,
            Epoch next,
            Epoch from,
            Optional<NodeId> fromOwner,
            ClaimBasis basis) {
        if (arbited) {
            steps.add(new Claim(next, from, fromOwner, basis));
        }
    }

    /**
     * Only who takes over on silence fences, and only a standby does that: two nodes cannot switch each other off. A peer that
     * ceded has closed by its own word, and for a person's promotion the person vouches. With an arbiter the claim comes
     * first: from then on nobody grants the old owner anything, so that no machine with a lease is ever switched off.
     */
    private void fence(List<Step> steps, PlanKind kind, ClaimBasis basis) {
        if (fences && kind == PlanKind.FAILOVER && basis == ClaimBasis.EXPIRY) {
            steps.add(new Fence(peer));
        }
    }

    /** A primary whose PostgreSQL is dead or hangs gives its epoch up (protocol section 4: the order is the proof). */
    public Plan cede(String id, Epoch epoch, String peerIncarnation, StopMode mode, String why) {
        List<Step> steps = List.of(
                new Become(NodeState.CEDED, epoch, self, why),
                new AwaitClosed(),
                new EndSessions(),
                new StopPostgres(mode),
                new MarkStandby(),
                new OfferCede(id, epoch, peer, peerIncarnation, why));
        return new Plan(id, PlanKind.CEDE, steps, 5, backToPrimary(epoch, "cede undone"), why);
    }

    /** After a refused cede or a cancelled release: the same epoch is served again. */
    public Plan restart(String id, Epoch epoch, String why) {
        List<Step> steps = List.of(
                new MarkPrimary(),
                new StartPostgres(),
                new Become(NodeState.PRIMARY, epoch, self, why),
                new AwaitOpen());
        return new Plan(id, PlanKind.RESTART, steps, 0, List.of(), why);
    }

    /** A person chose this node, in whatever state it is. */
    public Plan promoteByForce(
            String id, Epoch next, Epoch before, Optional<NodeId> ownerBefore, String why) {
        List<Step> steps = new ArrayList<>();
        claim(steps, next, before, ownerBefore, ClaimBasis.VOUCHED);
        steps.add(new StartPostgres());
        steps.add(new Promote());
        steps.add(new Become(NodeState.PRIMARY, next, self, why));
        steps.add(new AwaitOpen());
        return new Plan(id, PlanKind.RESTART, steps, 0, List.of(), why);
    }

    /**
     * The boot hook has decided: start, and open when this node is to be primary. A copy that followed is promoted, never
     * started without standby.signal: two histories of one timeline could not be told apart afterwards.
     */
    public Plan startAsPrimary(String id, Epoch epoch, String why) {
        List<Step> steps = List.of(
                new StartPostgres(),
                new Promote(),
                new Become(NodeState.PRIMARY, epoch, self, why),
                new AwaitOpen());
        return new Plan(id, PlanKind.START, steps, 0, List.of(), why);
    }

    /** The boot hook has decided: start as standby; the gate stays closed. */
    public Plan startAsStandby(String id, Epoch epoch, NodeId owner, String why) {
        List<Step> steps = List.of(
                new Step.ResumeReceiver(),
                new StartPostgres(),
                new Become(NodeState.STANDBY, epoch, owner, why),
                new DropSlot());
        return new Plan(id, PlanKind.START, steps, 0, List.of(), why);
    }

    /** The peer owns a higher epoch: stop, and stay read-only even if somebody starts PostgreSQL by hand. */
    public Plan depose(String id, Epoch epoch, NodeId owner, String why) {
        List<Step> steps = List.of(
                new Become(NodeState.DEPOSED, epoch, owner, why),
                new AwaitClosed(),
                new EndSessions(),
                new StopPostgres(StopMode.LADDER),
                new MarkStandby());
        return new Plan(id, PlanKind.DEPOSE, steps, 0, List.of(), why);
    }

    /** Two open primaries met: this one closes first and counts then. */
    public Plan reconcile(String id, Epoch epoch, String why) {
        List<Step> steps = List.of(
                new Become(NodeState.RECONCILING, epoch, self, why),
                new AwaitClosed(),
                new EndSessions(),
                new CountCommits());
        return new Plan(id, PlanKind.RECONCILE, steps, 0, List.of(), why);
    }

    /** The primary of the higher epoch counts its own commits while it stays open. */
    public Plan count(String id, String why) {
        return new Plan(id, PlanKind.RECONCILE, List.of(new CountCommits()), 1, List.of(), why);
    }

    /**
     * Nobody is seen who would tell of another primary. Under guard gateway PostgreSQL goes on running behind the closed gate;
     * with a lease it is stopped, since sessions of this host do not pass the gate and could still commit (row A4).
     */
    public Plan isolate(String id, Epoch epoch, String why) {
        List<Step> steps = new ArrayList<>(List.of(
                new Become(NodeState.ISOLATED, epoch, self, why),
                new AwaitClosed(),
                new EndSessions()));
        if (arbited) {
            steps.add(new StopPostgres(StopMode.LADDER));
        }
        return new Plan(id, PlanKind.ISOLATE, steps, 0, List.of(), why);
    }

    /**
     * Both sides hold commits the other lacks: closed until a person decides, who makes an epoch above this one.
     *
     * @param epoch the higher of both sides'
     * @param owner whose it is
     */
    public Plan conflict(String id, Epoch epoch, NodeId owner, String why) {
        List<Step> steps = List.of(
                new Become(NodeState.CONFLICT, epoch, owner, why),
                new AwaitClosed(),
                new EndSessions());
        return new Plan(id, PlanKind.RECONCILE, steps, 0, List.of(), why);
    }

    /**
     * Hands the role back online. The peer is made a standby while this node serves; nothing can be written after the gate
     * closes, and the token is issued only when the peer holds the shutdown checkpoint.
     */
    public Plan release(String id, Epoch epoch, boolean peerFollows, String why) {
        List<Step> steps = new ArrayList<>();
        if (!peerFollows) {
            steps.add(new AskForStandby(id));
        }
        steps.addAll(List.of(new AwaitPeer(PeerCondition.STREAMS), new Checkpoint()));
        steps.add(new Become(NodeState.RELEASING, epoch, self, why));
        steps.add(new AwaitClosed());
        steps.add(new EndSessions());
        steps.add(new StopPostgres(StopMode.FAST));
        steps.add(new AwaitPeer(PeerCondition.HOLDS_FINAL_WAL));
        steps.add(new MarkStandby());
        int pointOfNoReturn = steps.size();
        steps.add(new IssueToken(id, epoch, peer));
        steps.add(new Become(NodeState.RELEASED, epoch, self, why));
        steps.add(new AwaitPeer(PeerCondition.HOLDS_TOKEN));
        return new Plan(
                id,
                PlanKind.RELEASE,
                steps,
                pointOfNoReturn,
                backToPrimary(epoch, "release undone"),
                why);
    }

    /** Hands the role back through a file, for nodes that cannot reach each other's daemon. */
    public Plan releaseTo(String id, Epoch epoch, Path archive, String why) {
        List<Step> steps = List.of(
                new Checkpoint(),
                new Become(NodeState.RELEASING, epoch, self, why),
                new AwaitClosed(),
                new EndSessions(),
                new StopPostgres(StopMode.FAST),
                new IssueToken(id, epoch, peer),
                new PackArchive(archive, id),
                new MarkStandby(),
                new Become(NodeState.RELEASED, epoch, self, why));
        return new Plan(
                id, PlanKind.RELEASE, steps, 8, backToPrimary(epoch, "release undone"), why);
    }

    /** Takes a release back; {@code confirmed} when the operator vouches for a peer that cannot be asked. */
    public Plan cancelRelease(String id, Epoch epoch, boolean confirmed, String why) {
        List<Step> steps = new ArrayList<>();
        steps.add(new Become(NodeState.RELEASING, epoch, self, why));
        if (!confirmed) {
            steps.add(new AwaitPeer(PeerCondition.VOIDED_TOKEN));
        }
        steps.addAll(backToPrimary(epoch, "release cancelled"));
        steps.add(new AwaitOpen());
        return new Plan(id, PlanKind.CANCEL_RELEASE, steps, 0, List.of(), why);
    }

    /** The released node follows the new primary without copying: its shutdown checkpoint lies in the new history. */
    public Plan follow(String id, Epoch epoch, NodeId owner, String why) {
        List<Step> steps = List.of(
                new MarkStandby(),
                new ConfigureStandby(),
                new StartPostgres(),
                new Become(NodeState.STANDBY, epoch, owner, why),
                new DropSlot());
        return new Plan(id, PlanKind.FOLLOW, steps, 0, List.of(), why);
    }

    /** Redeems a release. */
    public Plan initializePrimary(String id, String tokenId, Epoch next, Epoch before, String why) {
        List<Step> steps = new ArrayList<>(List.of(new StartPostgres(), new VerifyToken(tokenId)));
        steps.add(new Become(NodeState.PROMOTING, next, self, why));
        claim(steps, next, before, Optional.of(peer), ClaimBasis.CEDED);
        steps.add(new StopReceiver());
        int pointOfNoReturn = steps.size();
        steps.add(new Promote());
        steps.add(new Become(NodeState.PRIMARY, next, self, "release redeemed"));
        steps.addAll(List.of(new AwaitOpen(), new Checkpoint()));
        List<Step> undo = followOn(before, peer, "initialize undone");
        return new Plan(id, PlanKind.INITIALIZE_PRIMARY, steps, pointOfNoReturn, undo, why);
    }

    /** Redeems a release that came as a file. The next epoch is the file's: known once it is unpacked. */
    public Plan initializeFrom(String id, Path archive, Epoch next, String why) {
        List<Step> steps = List.of(
                new UnpackArchive(archive, id),
                new StopPostgres(StopMode.LADDER),
                new SwapIn(id),
                new MarkStandby(),
                new StartPostgres(),
                new Become(NodeState.PROMOTING, next, self, why),
                new Promote(),
                new Become(NodeState.PRIMARY, next, self, "release redeemed"),
                new AwaitOpen(),
                new DropOld(id));
        return new Plan(id, PlanKind.INITIALIZE_PRIMARY, steps, 1, List.of(), why);
    }

    /** Rebuilds this node as standby. The old copy is kept until the new one streams, unless {@code mode} says otherwise. */
    public Plan initializeStandby(
            String id, Epoch epoch, NodeId owner, CloneMode mode, String why) {
        List<Step> steps = new ArrayList<>();
        if (mode == CloneMode.IN_PLACE) {
            steps.add(new StopPostgres(StopMode.LADDER));
        }
        steps.add(new Clone(mode, id));
        if (mode == CloneMode.ASIDE) {
            steps.add(new StopPostgres(StopMode.LADDER));
            steps.add(new SwapIn(id));
        }
        steps.add(new MarkStandby());
        steps.add(new ConfigureStandby());
        steps.add(new StartPostgres());
        steps.add(new AwaitStreaming());
        steps.add(new Become(NodeState.STANDBY, epoch, owner, why));
        steps.add(new DropOld(id));
        return new Plan(id, PlanKind.INITIALIZE_STANDBY, steps, 0, List.of(), why);
    }

    private List<Step> backToPrimary(Epoch epoch, String why) {
        return List.of(
                new MarkPrimary(),
                new StartPostgres(),
                new Become(NodeState.PRIMARY, epoch, self, why));
    }
}
