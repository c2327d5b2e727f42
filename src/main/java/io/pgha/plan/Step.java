package io.pgha.plan;

import io.pgha.model.Epoch;
import io.pgha.model.Fork;
import io.pgha.model.NodeId;
import io.pgha.model.NodeState;

import java.nio.file.Path;
import java.util.Optional;

/**
 * One step of a workflow. A step states a postcondition, checks it first, and can be begun twice.
 *
 * <p>Steps are values: the host carries them out, the simulator plays them, the journal stores them, dry-run prints them.
 */
public sealed interface Step {

    /** Calls the visitor's method for this step; adding a step breaks every place that must know it. */
    <R> R accept(Visitor<R> visitor);

    /** The durable role is {@code state}; the epoch, when it rises, belongs to {@code owner}. Done by the engine. */
    record Become(NodeState state, Epoch epoch, NodeId owner, String why) implements Step {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.become(this);
        }
    }

    /** The gate has been read back as open. Done by the engine, which opens by state alone. */
    record AwaitOpen() implements Step {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.awaitOpen(this);
        }
    }

    /** The gate has been read back as closed. */
    record AwaitClosed() implements Step {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.awaitClosed(this);
        }
    }

    /** No client session is left, neither as a backend nor as a socket. */
    record EndSessions() implements Step {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.endSessions(this);
        }
    }

    /** PostgreSQL runs and answers; what it starts as is what standby.signal says. */
    record StartPostgres() implements Step {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.startPostgres(this);
        }
    }

    /** No process of the cluster is left. */
    record StopPostgres(StopMode mode) implements Step {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.stopPostgres(this);
        }
    }

    /** standby.signal is on disk, so that a start by hand is read-only. */
    record MarkStandby() implements Step {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.markStandby(this);
        }
    }

    /** standby.signal is gone, so that the next start is read-write. */
    record MarkPrimary() implements Step {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.markPrimary(this);
        }
    }

    /** The WAL receiver is off, so that the promotion does not wait for it. */
    record StopReceiver() implements Step {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.stopReceiver(this);
        }
    }

    /** What the ceding node holds and this one does not has been fetched and replayed, as far as it can be. */
    record RescueWal() implements Step {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.rescueWal(this);
        }
    }

    /** Recovery has the settings that it had before the takeover. */
    record ResumeReceiver() implements Step {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.resumeReceiver(this);
        }
    }

    /** PostgreSQL has left recovery and accepts writes. */
    record Promote() implements Step {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.promote(this);
        }
    }

    /** A checkpoint has been made, so that the stop that follows is short. */
    record Checkpoint() implements Step {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.checkpoint(this);
        }
    }

    /** The cede is on disk, and so is sent with every heartbeat. */
    record OfferCede(String id, Epoch epoch, NodeId to, String incarnation, String why)
            implements Step {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.offerCede(this);
        }
    }

    /** The release token, with the shutdown checkpoint read from pg_control, is on disk. */
    record IssueToken(String id, Epoch epoch, NodeId target) implements Step {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.issueToken(this);
        }
    }

    /** Our request that the peer become our standby is shown to it. */
    record AskForStandby(String id) implements Step {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.askForStandby(this);
        }
    }

    /** The peer's newest message satisfies the condition. */
    record AwaitPeer(PeerCondition condition) implements Step {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.awaitPeer(this);
        }
    }

    /** A complete, verified base backup of the peer lies where the mode says. */
    record Clone(CloneMode mode, String attempt) implements Step {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.cloneDatabase(this);
        }
    }

    /** The new copy is the data directory; the old one lies aside, named after the attempt. */
    record SwapIn(String attempt) implements Step {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.swapIn(this);
        }
    }

    /** Slot at the peer, primary_conninfo, restore_command, retry interval and standby.signal are in place. */
    record ConfigureStandby() implements Step {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.configureStandby(this);
        }
    }

    /** The local standby streams from the peer. */
    record AwaitStreaming() implements Step {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.awaitStreaming(this);
        }
    }

    /** The old copy that lay aside is gone; it was kept until the new one was proven. */
    record DropOld(String attempt) implements Step {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.dropOld(this);
        }
    }

    /** The stopped database, with manifest and checksums, is in the file. */
    record PackArchive(Path file, String tokenId) implements Step {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.packArchive(this);
        }
    }

    /** The archive's database, verified, lies beside the old copy, and its token is on disk. */
    record UnpackArchive(Path file, String attempt) implements Step {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.unpackArchive(this);
        }
    }

    /** The token is for this node and this database, and the local WAL holds all of it. */
    record VerifyToken(String id) implements Step {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.verifyToken(this);
        }
    }

    /** The client commits after the point where the timelines parted have been counted. */
    record CountCommits() implements Step {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.countCommits(this);
        }
    }

    /** The arbiter's register says that this node is to own {@code epoch} (rule C: a claim, no lease yet). */
    record Claim(Epoch epoch, Epoch from, Optional<NodeId> fromOwner, ClaimBasis basis)
            implements Step {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.claim(this);
        }
    }

    /** No slot is left here that the peer used, or was to use, while this node was primary: it would retain WAL that nobody fetches. */
    record DropSlot() implements Step {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.dropSlot(this);
        }
    }

    /** That node's machine has been switched off by a fence agent, and was seen off afterwards. */
    record Fence(NodeId target) implements Step {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.fence(this);
        }
    }

    /** The WAL that this copy wrote after the fork is copied aside, with a summary of what is in it. */
    record SaveDivergedWal(String attempt, Fork fork, int timeline) implements Step {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.saveDivergedWal(this);
        }
    }

    /** The local copy is the peer's, as far as the peer had come, with this node's own configuration. */
    record Rewind(String attempt, TargetWal wal) implements Step {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.rewind(this);
        }
    }

    /** No pooler passes a client on: what was running has ended, and whoever asks for more waits. */
    record PausePoolers() implements Step {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.pausePoolers(this);
        }
    }

    /** One method a step. */
    interface Visitor<R> {
        R become(Become step);

        R awaitOpen(AwaitOpen step);

        R awaitClosed(AwaitClosed step);

        R endSessions(EndSessions step);

        R startPostgres(StartPostgres step);

        R stopPostgres(StopPostgres step);

        R markStandby(MarkStandby step);

        R markPrimary(MarkPrimary step);

        R stopReceiver(StopReceiver step);

        R rescueWal(RescueWal step);

        R resumeReceiver(ResumeReceiver step);

        R promote(Promote step);

        R checkpoint(Checkpoint step);

        R offerCede(OfferCede step);

        R issueToken(IssueToken step);

        R askForStandby(AskForStandby step);

        R awaitPeer(AwaitPeer step);

        R cloneDatabase(Clone step);

        R swapIn(SwapIn step);

        R configureStandby(ConfigureStandby step);

        R awaitStreaming(AwaitStreaming step);

        R dropOld(DropOld step);

        R packArchive(PackArchive step);

        R unpackArchive(UnpackArchive step);

        R verifyToken(VerifyToken step);

        R countCommits(CountCommits step);

        R claim(Claim step);

        R dropSlot(DropSlot step);

        R fence(Fence step);

        R saveDivergedWal(SaveDivergedWal step);

        R rewind(Rewind step);

        R pausePoolers(PausePoolers step);
    }
}
