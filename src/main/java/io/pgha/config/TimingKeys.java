package io.pgha.config;

import static io.pgha.config.Key.shared;

import io.pgha.model.CrashPolicy;
import io.pgha.model.Guard;
import io.pgha.model.Policy.AtBoot;
import io.pgha.model.Policy.OnCleanStop;
import io.pgha.model.Policy.Rejoining;
import io.pgha.model.SyncPolicy;

import java.time.Duration;
import java.util.List;

/** The keys of the decision: who may take over, when, and how long each wait may last. Both nodes share them. */
final class TimingKeys {

    static final Key<Profile> PROFILE = shared(
            "profile",
            Forms.choice(Profile.class),
            new Default.Fixed<>(Profile.NORMAL),
            "Sets interval, probe_timeout, max_primary_failcount, heartbeat, fence_after, gateway_timeout, close_timeout,"
                    + " stream_timeout, ladder_timeout, lease and lease_margin together. A power loss is decided within 2 s (fast), 5 s (normal), 18 s (wan).");

    static final Key<Guard> GUARD = shared(
            "guard",
            Forms.choice(Guard.class),
            new Default.Required<>(),
            "Who may take over when the primary is silent. There is no default, because each choice leaves another fault"
                    + " open.");

    static final Key<List<String>> GATEWAYS = shared(
            "gateways",
            Forms.list(Hosts.place(), 8, Forms.Repeats.REFUSED),
            new Default.Fixed<>(List.of()),
            "Places beyond both sites that carry no state; one that answers proves that this node is not the cut-off one."
                    + " Needed with guard = gateway, refused otherwise.");

    static final Key<Duration> INTERVAL = shared(
            "interval",
            Forms.time("100ms", "1m"),
            new Default.OfProfile<>(Profile::interval),
            "From one probe of the primary to the next. Shorter finds a failure sooner and costs CPU on both nodes.");

    static final Key<Duration> PROBE_TIMEOUT = shared(
            "probe_timeout",
            Forms.time("100ms", "1m"),
            new Default.OfProfile<>(Profile::probeTimeout),
            "Deadline of one probe; at most the interval. Too short counts a busy server as a failed one.");

    static final Key<Integer> MAX_PRIMARY_FAILCOUNT = shared(
                    "max_primary_failcount",
                    Forms.whole(2, 100),
                    new Default.OfProfile<>(Profile::maxPrimaryFailcount),
                    "Consecutive failed probes before the standby takes over. Each one more endures one interval more of network"
                            + " trouble, and makes a real failover that much later.")
            .live();

    static final Key<Duration> HEARTBEAT = shared(
            "heartbeat",
            Forms.time("50ms", "10s"),
            new Default.OfProfile<>(Profile::heartbeat),
            "From one message to the peer's daemon to the next; at most the interval. Any answer resets the fail count.");

    static final Key<Duration> FENCE_AFTER = shared(
            "fence_after",
            Forms.time("100ms", "2m"),
            new Default.OfProfile<>(Profile::fenceAfter),
            "With guard = gateway: a primary that saw neither peer nor gateway for this long closes itself. Shorter cuts"
                    + " clients for shorter network trouble; too long is refused, or two primaries could be open.");

    static final Key<Duration> GATEWAY_TIMEOUT = shared(
            "gateway_timeout",
            Forms.time("50ms", "30s"),
            new Default.OfProfile<>(Profile::gatewayTimeout),
            "Deadline of one look at the gateways, which are asked side by side. Must exceed their round trip well.");

    static final Key<Duration> CLOSE_TIMEOUT = shared(
            "close_timeout",
            Forms.time("50ms", "10s"),
            new Default.OfProfile<>(Profile::closeTimeout),
            "Within this time the gate is closed and client sessions are reset. It is part of the sum that keeps two"
                    + " primaries apart, so it must be true on a busy machine.");

    static final Key<Duration> STREAM_TIMEOUT = shared(
            "stream_timeout",
            Forms.time("200ms", "5m"),
            new Default.OfProfile<>(Profile::streamTimeout),
            "A replication stream that was silent for this long no longer counts as a sign of life. Longer than"
                    + " (max_primary_failcount - 1) intervals and one probe_timeout is refused, or it would delay a takeover.");

    static final Key<Long> MAXIMUM_LAG = shared(
                    "maximum_lag_on_failover",
                    Forms.size(0, 1L << 40),
                    new Default.Fixed<>(16L << 20),
                    "WAL that the standby may lack, as at the primary's last contact with it or with the arbiter, for an automatic"
                            + " takeover: the loss you accept. Above it the standby holds, and a person decides with pgha promote --accept-loss.")
            .live();

    static final Key<CrashPolicy.Mode> ON_CRASH = shared(
                    "on_crash",
                    Forms.choice(CrashPolicy.Mode.class),
                    new Default.Fixed<>(CrashPolicy.Mode.FAILOVER),
                    "What follows when the primary's PostgreSQL dies and the standby would take over: failover at once, or"
                            + " restart_then_failover, which keeps the role here where a start in place succeeds within"
                            + " restart_budget. A crash recovery costs clients more time than a failover.")
            .live();

    static final Key<Duration> RESTART_BUDGET = shared(
                    "restart_budget",
                    Forms.time("1s", "10m"),
                    new Default.Fixed<>(Duration.ofSeconds(10)),
                    "With on_crash = restart_then_failover: when PostgreSQL does not serve again this long after its first start in"
                            + " place, crash recovery included, the standby takes over. So it does at a second crash within"
                            + " failover_block of a restart, and when the disk is full or read-only.")
            .live();

    static final Key<OnCleanStop> ON_CLEAN_STOP = shared(
                    "on_clean_stop",
                    Forms.choice(OnCleanStop.class),
                    new Default.Fixed<>(OnCleanStop.FAILOVER),
                    "What follows when a person stops the primary cleanly and does not start it again within clean_stop_grace:"
                            + " failover, or hold, which leaves clients without a primary until a person acts.")
            .live();

    static final Key<Duration> CLEAN_STOP_GRACE = shared(
                    "clean_stop_grace",
                    Forms.time("5s", "1h"),
                    new Default.Fixed<>(Duration.ofSeconds(15)),
                    "How long a clean stop may last before it counts. Shorter than a restart by the package manager makes a"
                            + " failover out of an update.")
            .live();

    static final Key<AtBoot> BOOT = shared(
                    "boot",
                    Forms.choice(AtBoot.class),
                    new Default.Fixed<>(AtBoot.AUTO),
                    "Whether a boot starts PostgreSQL, where that is safe (auto), or leaves it to a person who wants to look first and"
                            + " then types pgha check-start (manual): a node that failed then stays down, and after a power cut of"
                            + " both nodes clients wait.")
            .live();

    static final Key<Rejoining> REJOIN = shared(
                    "rejoin",
                    Forms.choice(Rejoining.class),
                    new Default.Fixed<>(Rejoining.AUTO),
                    "Whether a primary that was replaced follows the new one by itself (auto), or waits for pgha rejoin (manual)."
                            + " Automatic is only what loses no client's commit: where its own WAL holds some that the new primary"
                            + " lacks, it waits for a person.")
            .live();

    static final Key<Duration> BOOT_PEER_WAIT = shared(
                    "boot_peer_wait",
                    Forms.time("1s", "1h"),
                    new Default.Fixed<>(Duration.ofSeconds(30)),
                    "With guard = failcount: a last known primary that boots waits this long for a silent peer before it opens."
                            + " Too short for the peer's own boot can make two primaries after a power cut of both.")
            .live();

    static final Key<SyncPolicy.Mode> SYNC = shared(
            "sync",
            Forms.choice(SyncPolicy.Mode.class),
            new Default.Fixed<>(SyncPolicy.Mode.OFF),
            "Whether a COMMIT waits until the standby has it on disk. off: it does not, and synchronous_standby_names is"
                    + " yours. preferred: it waits while there is a standby; after sync_timeout the primary goes on alone, and"
                    + " the standby no longer takes over by itself. strict: it always waits, and after sync_timeout the gate"
                    + " closes; only a primary that has just taken over serves alone, until a standby follows it. In both pgha sets synchronous_standby_names.");

    static final Key<Duration> SYNC_TIMEOUT = shared(
            "sync_timeout",
            Forms.time("1s", "10m"),
            new Default.OfProfile<>(Profile::syncTimeout),
            "With sync = preferred or strict no COMMIT waits longer than this for a standby that is gone. A standby whose"
                    + " daemon still speaks is let go within an interval; only one that fell silent is waited for as long,"
                    + " since it might take over meanwhile.");

    static final Key<Duration> PROMOTE_TIMEOUT = shared(
            "promote_timeout",
            Forms.time("5s", "1h"),
            new Default.Fixed<>(Duration.ofMinutes(1)),
            "How long PostgreSQL may stand still on its way out of recovery, which usually takes less than a second; every"
                    + " record that it replays begins it anew. When it is over PostgreSQL is stopped, so that it cannot come"
                    + " out later: an old primary that ceded then serves again, else the standby is started again and tries"
                    + " anew.");

    static final Key<Duration> WAL_RESCUE_TIMEOUT = shared(
            "wal_rescue_timeout",
            Forms.time("1s", "10m"),
            new Default.Fixed<>(Duration.ofSeconds(10)),
            "How long the standby may fetch what a crashed primary had not sent, from its daemon, before it takes over; and how"
                    + " long the replay of it may stand still. When it is over, maximum_lag_on_failover decides: the rest is lost,"
                    + " or the old primary starts again.");

    static final Key<Duration> START_TIMEOUT = shared(
            "start_timeout",
            Forms.time("5s", "1d"),
            new Default.Fixed<>(Duration.ofMinutes(1)),
            "A start of PostgreSQL has failed when it makes no progress in recovery for this long. Progress prolongs it,"
                    + " however long the recovery takes.");

    static final Key<Duration> STOP_TIMEOUT = shared(
            "stop_timeout",
            Forms.time("2s", "1h"),
            new Default.Fixed<>(Duration.ofSeconds(15)),
            "Deadline of a stop that must end cleanly (release, switchover), its shutdown checkpoint and the last WAL for"
                    + " the standby included; clients are cut off meanwhile. When it is over the workflow is undone: what"
                    + " is stopping goes to its end, by force if it must, and serves again.");

    static final Key<Duration> LADDER_TIMEOUT = shared(
            "ladder_timeout",
            Forms.time("100ms", "1m"),
            new Default.OfProfile<>(Profile::ladderTimeout),
            "A primary that must go is given this long to stop fast, and again to stop immediately, before it"
                    + " is killed. Twice this comes on top of the takeover from a hung primary; too short makes a crash"
                    + " recovery out of a clean stop.");

    static final Key<Duration> CEDE_VALIDITY = shared(
                    "cede_validity",
                    Forms.time("1s", "10m"),
                    new Default.Fixed<>(Duration.ofSeconds(10)),
                    "A primary that gave up its role and was not answered for this long reports that there is none. It still"
                            + " waits for the answer: to open again by itself could make two primaries.")
            .live();

    static final Key<Integer> RESTART_ATTEMPTS = shared(
                    "restart_attempts",
                    Forms.whole(0, 10),
                    new Default.Fixed<>(3),
                    "Starts of a crashed PostgreSQL in place when no peer would take over. After the last one a person is called.")
            .live();

    static final Key<Duration> FAILOVER_BLOCK = shared(
                    "failover_block",
                    Forms.time("0s", "1d"),
                    new Default.Fixed<>(Duration.ofMinutes(5)),
                    "After an automatic failover the next one waits this long, or until pgha acknowledge: a fault that kills every"
                            + " primary must not be carried from node to node. 0s never waits.")
            .live();

    static final Key<Duration> LEASE = shared(
            "lease",
            Forms.time("500ms", "1m"),
            new Default.OfProfile<>(Profile::lease),
            "With guard = witness or etcd: the primary's gate closes by itself when nobody has granted it this long. Shorter"
                    + " finds a dead machine sooner and cuts clients for shorter network trouble.");

    static final Key<Duration> LEASE_MARGIN = shared(
            "lease_margin",
            Forms.time("50ms", "10s"),
            new Default.OfProfile<>(Profile::leaseMargin),
            "With guard = witness or etcd: whoever granted waits this much longer than the lease and a tenth of it, before"
                    + " the other node may open. It pays for late timers; it must be true on a busy machine.");

    static final Key<Duration> HANDOVER_LEASE = shared(
            "handover_lease",
            Forms.time("5s", "2m"),
            new Default.Fixed<>(Duration.ofSeconds(30)),
            "With guard = witness or etcd: the lease that a daemon takes before it stops, so that its restart or upgrade cuts"
                    + " no client. A machine that dies right then is found that much later.");

    static final Key<Duration> CLAIM_TIMEOUT = shared(
            "claim_timeout",
            Forms.time("5s", "1h"),
            new Default.Fixed<>(Duration.ofMinutes(1)),
            "With guard = witness or etcd: a standby that claimed the role and did not open for this long loses the claim to"
                    + " the old primary. At least promote_timeout, or a slow promotion would be in vain.");

    static final Key<Duration> WORKFLOW_TIMEOUT = shared(
            "workflow_timeout",
            Forms.time("10s", "2d"),
            new Default.Fixed<>(Duration.ofHours(1)),
            "Deadline of one waiting step of release and initialize, such as the other node being cloned. When it is over"
                    + " the workflow stops where it can be resumed.");

    private TimingKeys() {}

    static List<Key<?>> all() {
        return List.of(
                GUARD,
                GATEWAYS,
                PROFILE,
                INTERVAL,
                PROBE_TIMEOUT,
                MAX_PRIMARY_FAILCOUNT,
                HEARTBEAT,
                FENCE_AFTER,
                GATEWAY_TIMEOUT,
                CLOSE_TIMEOUT,
                STREAM_TIMEOUT,
                MAXIMUM_LAG,
                ON_CRASH,
                RESTART_BUDGET,
                ON_CLEAN_STOP,
                CLEAN_STOP_GRACE,
                SYNC,
                SYNC_TIMEOUT,
                BOOT,
                REJOIN,
                BOOT_PEER_WAIT,
                WAL_RESCUE_TIMEOUT,
                PROMOTE_TIMEOUT,
                START_TIMEOUT,
                STOP_TIMEOUT,
                LADDER_TIMEOUT,
                CEDE_VALIDITY,
                RESTART_ATTEMPTS,
                FAILOVER_BLOCK,
                LEASE,
                LEASE_MARGIN,
                HANDOVER_LEASE,
                CLAIM_TIMEOUT,
                WORKFLOW_TIMEOUT);
    }
}
