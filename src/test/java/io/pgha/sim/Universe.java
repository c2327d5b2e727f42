package io.pgha.sim;

import io.pgha.decision.Fact;
import io.pgha.model.CrashPolicy;
import io.pgha.model.Epoch;
import io.pgha.model.GateState;
import io.pgha.model.Guard;
import io.pgha.model.NodeId;
import io.pgha.model.NodeState;
import io.pgha.model.Policy;
import io.pgha.model.Register;
import io.pgha.model.SyncPolicy;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Two nodes and what lies between them, as one seed makes them. */
final class Universe {

    private static final List<Guard> GUARDS =
            List.of(Guard.MANUAL, Guard.FAILCOUNT, Guard.GATEWAY, Guard.WITNESS, Guard.ETCD);

    private final Agenda agenda = new Agenda();
    private final Chance chance;
    private final Trace trace;
    private final SimNetwork network;
    private final Policy policy;
    private final boolean synchronous;
    private final Laws laws;
    private final Faults faults;
    private final SimClients clients;
    private final SimHost a;
    private final SimHost b;
    private final SimWitness witness;
    private final SimEtcd etcd;
    private final SimPooler pooler;

    Universe(long seed, Simulation.Terms terms, boolean traced) {
        chance = new Chance(seed);
        trace = new Trace(agenda, traced);
        network = new SimNetwork(agenda, chance);
        Guard drawn = GUARDS.get(chance.below(GUARDS.size()));
        Policy plain = policy(terms.guard().orElse(drawn), chance.of(0.3))
                .withFence(SimFence.policy(seed))
                .withCrash(crash(seed))
                .withPauseTimeout(SimPooler.timeout(seed));
        policy = plain.withSync(sync(plain));
        synchronous = !policy.sync().isOn() && chance.of(0.5);
        WalRecord root = WalRecord.first().next(WalRecord.Kind.CHECKPOINT, 100);
        a = host("a", Place.A, new DataCopy("42", root, false));
        b = host("b", Place.B, new DataCopy("42", root, true));
        witness = new SimWitness(this, clock(), List.of(a.id(), b.id()));
        etcd = new SimEtcd(this, List.of(a.id(), b.id()));
        pooler = new SimPooler(this, seed);
        laws = new Laws(this);
        clients = new SimClients(this);
        faults = new Faults(this, terms.faults(), seed);
    }

    private SimHost host(String name, Place place, DataCopy data) {
        return new SimHost(this, new NodeId(name), place, clock(), data);
    }

    /** Every third pair starts a crashed primary in place first, and half of those give a crash recovery too little time. */
    private static CrashPolicy crash(long seed) {
        return seed % 3 == 0
                ? new CrashPolicy(
                        CrashPolicy.Mode.RESTART_THEN_FAILOVER,
                        Duration.ofMillis(seed % 2 == 0 ? 1000 : 10_000),
                        3)
                : CrashPolicy.failover(3);
    }

    /** Every other pair has pgha see to it that COMMIT waits. */
    private SyncPolicy sync(Policy plain) {
        SyncPolicy.Mode[] modes = {
            SyncPolicy.Mode.OFF,
            SyncPolicy.Mode.OFF,
            SyncPolicy.Mode.PREFERRED,
            SyncPolicy.Mode.STRICT
        };
        return new SyncPolicy(
                modes[chance.below(modes.length)], plain.interval().multipliedBy(10));
    }

    /** Guard gateway has no allowance for drift in its sums; leases allow for a tenth between two clocks. */
    private SimClock clock() {
        int most = policy.guard().isLease() ? 40 : 20;
        double rate = 1 + (chance.between(-most, most) / 1000.0);
        return new SimClock(agenda, rate, chance.between(1, 1000) * Agenda.SECOND);
    }

    private Policy policy(Guard guard, boolean fast) {
        return new Policy(
                fast ? "fast" : "normal",
                guard,
                Duration.ofMillis(fast ? 400 : 1000),
                Duration.ofMillis(fast ? 400 : 1000),
                4,
                Duration.ofMillis(fast ? 200 : 500),
                Duration.ofMillis(fast ? 600 : 1500),
                Duration.ofMillis(fast ? 150 : 500),
                Duration.ofMillis(fast ? 150 : 300),
                Duration.ofMillis(fast ? 1000 : 3000),
                Duration.ofSeconds(8),
                Policy.OnCleanStop.FAILOVER,
                Duration.ofSeconds(5),
                16L << 20,
                Duration.ofSeconds(10),
                Duration.ofSeconds(10),
                Duration.ofSeconds(10),
                Duration.ofMillis(fast ? 200 : 500),
                Duration.ofSeconds(10),
                3,
                Duration.ofSeconds(chance.of(0.5) ? 10 : 600),
                Duration.ofMillis((fast ? 1200L : 3000L) * (chance.of(0.3) ? 3 : 1)),
                Duration.ofMillis(fast ? 150 : 300),
                Duration.ofSeconds(20),
                Duration.ofSeconds(6),
                Duration.ofSeconds(40));
    }

    /** Both nodes run; either they know their roles, or this is their first start. */
    void begin() {
        boolean known = chance.of(0.9);
        if (known) {
            Epoch one = new Epoch(1);
            a.disk()
                    .preset(
                            new Fact.Booted(a.bootId()),
                            new Fact.Became(NodeState.PRIMARY, one, a.id(), "preset"));
            b.disk()
                    .preset(
                            new Fact.Booted(b.bootId()),
                            new Fact.Became(NodeState.STANDBY, one, a.id(), "preset"));
            third().preset(new Register(one, a.id(), true, Optional.empty()));
            if (!policy.guard().isLease()) {
                a.gate().set(GateState.OPEN);
            }
        }
        a.postgres().data().cleanlyStopped = true;
        b.postgres().data().cleanlyStopped = true;
        a.postgres().start(ok -> {});
        b.postgres().start(ok -> {});
        agenda.in(600 * Agenda.MS, () -> {
            a.startDaemon();
            b.startDaemon();
        });
        clients.begin();
        trace.say(
                "",
                () -> "guard " + policy.guard() + ", profile " + policy.profile()
                        + (synchronous ? ", synchronous" : ", asynchronous")
                        + (policy.sync().isOn() ? ", sync " + policy.sync().mode() : "")
                        + (policy.crash().restartsFirst() ? ", restarts first" : "")
                        + (known ? "" : ", first start"));
        faults.begin(known);
    }

    Agenda agenda() {
        return agenda;
    }

    Chance chance() {
        return chance;
    }

    Trace trace() {
        return trace;
    }

    SimNetwork network() {
        return network;
    }

    Policy policy() {
        return policy;
    }

    Laws laws() {
        return laws;
    }

    Faults faults() {
        return faults;
    }

    /** What the guard in force asks there. */
    SimThird third() {
        return policy.guard() == Guard.ETCD ? etcd : witness;
    }

    SimWitness witness() {
        return witness;
    }

    SimEtcd etcd() {
        return etcd;
    }

    SimPooler pooler() {
        return pooler;
    }

    SimClients clients() {
        return clients;
    }

    boolean isSynchronous() {
        return synchronous;
    }

    long now() {
        return agenda.now();
    }

    SimHost a() {
        return a;
    }

    SimHost b() {
        return b;
    }

    List<SimHost> hosts() {
        return List.of(a, b);
    }

    SimHost peerOf(SimHost host) {
        return host == a ? b : a;
    }

    /** One primary serves, the other node follows, nothing is under way. */
    boolean isWell() {
        return !pooler.isPaused() && (isWell(a, b) || isWell(b, a));
    }

    private static boolean isWell(SimHost primary, SimHost standby) {
        return primary.isOpenPrimary()
                && standby.isRunning()
                && !standby.gate().lets()
                && primary.disk().durable().state() == NodeState.PRIMARY
                && standby.disk().durable().state() == NodeState.STANDBY
                && primary.disk().durable().running().isEmpty()
                && standby.disk().durable().running().isEmpty()
                && standby.postgres().isUp()
                && standby.postgres().stream().isUp()
                && primary.daemon()
                        .flatMap(SimDaemon::status)
                        .filter(s -> s.exitCode() == 0)
                        .isPresent();
    }
}
