package io.pgha.decision;

import io.pgha.model.Cede;
import io.pgha.model.CedeAnswer;
import io.pgha.model.Epoch;
import io.pgha.model.NodeId;
import io.pgha.model.NodeState;
import io.pgha.model.ReleaseToken;
import io.pgha.model.Votes;
import io.pgha.plan.Plan;

import java.util.Optional;

/** One line of the journal: something that stays true over a restart. Memory is the fold of all facts. */
public sealed interface Fact {

    /** Everything at once: what a compacted journal begins with. */
    record Snapshot(Memory memory) implements Fact {}

    /** The machine has booted since the last fact: nothing about PostgreSQL or the gate may be taken for granted. */
    record Booted(String bootId) implements Fact {}

    /** The durable role changed. */
    record Became(NodeState state, Epoch epoch, NodeId owner, String why) implements Fact {}

    /** The peer opened, or durably owns, this epoch. */
    record EpochSeen(Epoch epoch, NodeId owner) implements Fact {}

    /** A workflow begins. */
    record PlanBegun(Plan plan) implements Fact {}

    /** The workflow's cursor stands on this step: all before it are done. */
    record StepReached(String planId, int cursor) implements Fact {}

    /** The workflow goes back. */
    record PlanUndoing(String planId, String why) implements Fact {}

    /** The workflow is over. {@code ok} is false when it was undone, voided or given up. */
    record PlanEnded(String planId, boolean ok, String words) implements Fact {}

    /** An operator keeps the gate closed. */
    record HoldPlaced(String why) implements Fact {}

    /** The operator's hold is over. */
    record HoldLifted() implements Fact {}

    /** This node gave its epoch up. */
    record CedeOffered(Cede cede) implements Fact {}

    /** The cede is void: the peer refused it. */
    record CedeVoided(String id) implements Fact {}

    /** This node answered the peer's cede. */
    record CedeAnswered(CedeAnswer answer) implements Fact {}

    /** This node asks the peer to become its standby. */
    record StandbyAsked(String id) implements Fact {}

    /** This node issued a release. */
    record TokenIssued(ReleaseToken token) implements Fact {}

    /** The peer's release for this node is on this disk. */
    record TokenKept(ReleaseToken token) implements Fact {}

    /** The peer took its release back, or it was redeemed. */
    record TokenDropped(String id) implements Fact {}

    /** A lease of this length is about to be granted to the peer. */
    record LongestLease(long millis) implements Fact {}

    /** This node holds a lease of this epoch: from now on it has been open. */
    record Opened(Epoch epoch) implements Fact {}

    /** Whose votes count from now on: one was given up, asked back or taken back, or is counted upon or forgotten. */
    record Voted(Votes votes, String why) implements Fact {}

    /** An operator wants nothing done automatically, on either node; zero milliseconds: until resumed. */
    record Paused(String by, String why, long forMillis) implements Fact {}

    /** The pause is over. */
    record Resumed(String why) implements Fact {}

    /** The peer is paused, and this node with it. */
    record PeerPaused(String words) implements Fact {}

    /** The peer said that it is not paused any more, or a person did. */
    record PeerResumed() implements Fact {}

    /** An operator wants this node never to take over. */
    record Withheld(String why) implements Fact {}

    /** This node may take over again. */
    record Readmitted() implements Fact {}

    /** An operator has seen the automatic failover, or its block period is over. */
    record Acknowledged(String by) implements Fact {}

    /** That node's machine was switched off by a fence device and seen off at that moment of the wall clock. */
    record Fenced(NodeId node, String device, int level, long wallClockMillis) implements Fact {}

    /** That node's machine could not be switched off, or was not seen off. */
    record FenceFailed(NodeId node, String why) implements Fact {}

    /**
     * What the old primary held and this node did not.
     *
     * @param bytes that were fetched and replayed
     * @param lost that could not be fetched
     * @param trouble why; empty when nothing is lost
     * @param unread why it is not known whether the old primary held still more; empty: it did not
     */
    record WalRescued(long bytes, long lost, String trouble, Optional<String> unread)
            implements Fact {

        /** For events and status. */
        public String words() {
            return unread.map(why -> known().map(words -> words + "; ").orElse("")
                            + "it is not known whether more is lost: " + why)
                    .or(this::known)
                    .orElse("no WAL was missing");
        }

        private Optional<String> known() {
            if (lost > 0) {
                return Optional.of("lost " + lost + " bytes of WAL: " + trouble);
            }
            return bytes > 0 ? Optional.of("rescued " + bytes + " bytes of WAL") : Optional.empty();
        }
    }

    /** Every pooler passes its clients on, seen since somebody serves. */
    record PoolersResumed() implements Fact {}

    /** Client commits since the timelines parted. */
    record CommitsCounted(long commits) implements Fact {}

    /** The meeting for which commits were counted is over. */
    record CommitsForgotten() implements Fact {}

    /** What this copy held that the owner's lacks was saved before it was taken back. */
    record DivergedWalSaved(String where, long bytes, long transactions, long commits)
            implements Fact {}

    /** Consecutive failures of the primary, for display after a restart; it never counts across one (row B13). */
    record FailuresNoted(int count, String when) implements Fact {}
}
