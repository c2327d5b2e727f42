package io.pgha.decision;

import io.pgha.model.Guard;

/**
 * The decision tables, one row a constant: A is the owner of the epoch, B its standby. The rule that decides a row carries it
 * as {@link Decides}, {@code pgha explain} prints the rows in force, and the table in README.md is made from this one.
 */
public enum Row {
    /** Everything is well, with a lease. */
    A1(Who.LEASE, "the standby and the arbiter grant", "open; asks both for each next lease"),
    /** The arbiter is lost. */
    A2(
            Who.LEASE,
            "only the standby grants",
            "stays open; a problem names the silent arbiter: the next fault closes"),
    /** The standby is lost. */
    A3(Who.LEASE, "only the arbiter grants", "stays open, and nobody would take over"),
    /** The owner is the isolated one. */
    A4(
            Who.ISOLATED,
            "nobody grants, or with `gateway` neither the standby nor a gateway is seen",
            "closed by the kernel when the lease ends, with `gateway` by the daemon after `fence_after`; ends sessions; under a"
                    + " lease PostgreSQL stops, unless the standby has given up its vote"),
    /** Somebody else has opened. */
    A5(
            Who.ANY,
            "the other node has opened a higher epoch",
            "closes first; under a lease deposed at once, else both count: who has no client commit since the fork yields, and"
                    + " if both have some a person decides; a mere claim deposes nobody"),
    /** PostgreSQL is gone. */
    A6(
            Who.ANY,
            "its PostgreSQL exited",
            "cedes to a standby that would take it, with `on_crash = restart_then_failover` after `restart_budget` of"
                    + " starting it again; without a standby starts it again, `restart_attempts` times; a clean stop has"
                    + " `clean_stop_grace` first"),
    /** PostgreSQL is there and does not work. */
    A7(
            Who.ANY,
            "a fresh connect or the probe's write fails MAX times",
            "closes, kills it and cedes to a standby that would take it, else leaves it as it is; a lease is not renewed"),
    /** A lease was slept through. */
    A8(
            Who.LEASE,
            "it woke after its lease was over",
            "closed by the kernel meanwhile; forgets the lease, and opens on a fresh grant of the same epoch"),
    /** What must not be. */
    A9(Who.ANY, "the other node is open at the same epoch", "both close; a person decides"),
    /** The daemon goes, PostgreSQL stays. */
    A10(
            Who.LEASE,
            "its daemon stops, or was started anew",
            "asks for one long lease before it goes; the next one leaves what is open to the kernel until that ends"),
    /** Nothing is taken for granted after a boot. */
    A11(
            Who.ANY,
            "its machine booted, or this is the first start",
            "closed until the standby holds still for it, or the arbiter names it owner and its copy is not behind; with"
                    + " `failcount` also after `boot_peer_wait` of silence"),
    /** Everything is well. */
    B1(Who.ANY, "the primary is well", "follows; under a lease grants it"),
    /** The primary's own vote. */
    B2(
            Who.ANY,
            "the primary cedes to this start of the daemon",
            "takes over at once, or refuses with the reason; either is on disk before it is said"),
    /** The primary mends itself. */
    B3(Who.ANY, "the primary's daemon says that its PostgreSQL does not run", "waits"),
    /** A sick daemon is no dead primary. */
    B4(
            Who.ANY,
            "the primary's daemon is silent, its PostgreSQL answers",
            "never, unless row B7; says that the daemon there is down"),
    /** A sign of life. */
    B5(Who.COUNTED, "silent, and the replication stream is alive", "never"),
    /** Somebody's grant is in force. */
    B6(Who.LEASE, "silent, and its lease may still run", "holds, and says for how long"),
    /** All grants are over. */
    B7(
            Who.LEASE,
            "silent or without its daemon, and every lease is over",
            "claims the next epoch at the arbiter, promotes, opens on the first lease of its own"),
    /** Fencing comes first. */
    B8(
            Who.ANY,
            "silent, and seen open from the observer's port after its lease; or no fence device sees its machine off, where"
                    + " one must",
            "is fenced where there is a device, else held; tries again after `fence.timeout`"),
    /** The standby is the isolated one. */
    B9(
            Who.ISOLATED,
            "silent, and neither the arbiter nor, with `gateway`, a gateway answers",
            "never: this node is the cut-off one"),
    /** Nobody but a person. */
    B10(
            Who.MANUAL,
            "silent, and no fence agent decides",
            "alerts, with the expected loss and the command to type"),
    /** Counting decides. */
    B11(
            Who.COUNTED,
            "MAX probes in a row found every channel silent",
            "promotes and opens; reconciles when the nodes meet"),
    /** What speaks against this copy. */
    B12(
            Who.ANY,
            "any veto: a pause, a hold, a vote given up, lag, another history, paused replay, a failover not acknowledged",
            "never; one line names every veto"),
    /** The observer was absent. */
    B13(
            Who.ANY,
            "it was asleep, or its daemon has just started",
            "counts from zero; under a lease waits as long as the longest that it ever granted");

    private final Who who;
    private final String seen;
    private final String done;

    Row(Who who, String seen, String done) {
        this.who = who;
        this.seen = seen;
        this.done = done;
    }

    /** Whom a row concerns. */
    private enum Who {
        ANY,
        MANUAL,
        COUNTED,
        ISOLATED,
        LEASE;

        boolean has(Guard guard) {
            return switch (this) {
                case ANY -> true;
                case MANUAL -> guard == Guard.MANUAL;
                case COUNTED -> guard == Guard.FAILCOUNT || guard == Guard.GATEWAY;
                case ISOLATED -> guard == Guard.GATEWAY || guard.isLease();
                case LEASE -> guard.isLease();
            };
        }
    }

    /** The situation. */
    public String seen() {
        return seen;
    }

    /** The action. */
    public String done() {
        return done;
    }

    /** True when it can be met under this guard. */
    public boolean isUnder(Guard guard) {
        return who.has(guard);
    }

    /** True for a row of the owner of the epoch, false for one of its standby. */
    public boolean isOwners() {
        return name().startsWith("A");
    }
}
