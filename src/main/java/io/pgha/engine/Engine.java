package io.pgha.engine;

import io.pgha.decision.Counting;
import io.pgha.decision.Decider;
import io.pgha.decision.Decision;
import io.pgha.decision.Fact;
import io.pgha.decision.LeaseRules;
import io.pgha.decision.Memory;
import io.pgha.decision.Situation;
import io.pgha.decision.Tally;
import io.pgha.decision.VoteRules;
import io.pgha.decision.World;
import io.pgha.model.GateState;
import io.pgha.model.MonoTime;
import io.pgha.model.NodeState;
import io.pgha.model.Observation;
import io.pgha.model.PeerMessage;
import io.pgha.model.Policy;
import io.pgha.plan.Plan;
import io.pgha.plan.Step;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;

/**
 * One turn of the crank at a time, on one thread, without waiting: look, count, close if need be, record, act, tell.
 *
 * <p>Order: whatever opens or promotes is durable first; closing is done first and recorded after. While facts are on their
 * way to the disk nothing new is decided, but the gate is still closed when it has to be.
 */
public final class Engine {

    /** After a workflow that ended badly nothing is begun by itself for this long, so that no loop can form. */
    private static final Duration COOLDOWN = Duration.ofSeconds(10);

    private final Sensors sensors;
    private final Actuator actuator;
    private final Journal journal;
    private final Clock clock;
    private final Consumer<Event> events;
    private final Runnable wake;
    private final Executor executor;
    private final Messages messages;
    private final Statuses statuses;
    private final Operators operators;
    private final Chronicle chronicle;
    private final Warnings warnings;
    private final Syncing syncing;
    private final Pooling pooling;
    private final Asking asking;
    private final Reconfiguring reconfiguring;
    private final Writing writing = new Writing();
    private final ConcurrentLinkedQueue<Optional<String>> persisted = new ConcurrentLinkedQueue<>();

    private Policy policy;
    private Memory memory;
    private Tally tally;
    private MonoTime stateSince;
    private boolean settled;
    private List<Fact> pending = List.of();
    private Optional<MonoTime> coolUntil = Optional.empty();
    /** A step down could not be recorded: the gate stays closed until the journal can be written again. */
    private boolean keepClosed;
    /** The gate was told to open and not to close since: it may still be on its way, and looks closed until then. */
    private boolean openingAsked;

    private Optional<Status.Ended> ended = Optional.empty();
    private Decision decision = new Decision.Hold(Situation.UNDECIDED, "starting");
    private long ids;
    private boolean leaving;
    private Optional<PeerMessage> told = Optional.empty();
    private volatile Optional<Seen> lastSeen = Optional.empty();

    /** What a status is composed from when somebody asks for it, which is far rarer than turns. */
    private record Seen(World world, Statuses.Extra extra) {}

    /** Who this daemon is, for messages and status. */
    public record Identity(
            String version, String configDigest, String incarnation, List<String> gateways) {
        public Identity {
            gateways = List.copyOf(gateways);
        }
    }

    /**
     * Reads the journal; nothing else happens until the first {@link #turn()}.
     *
     * @param wake called from any thread when a turn is due
     * @throws Journal.JournalDamaged when the journal cannot be believed
     */
    public Engine(
            Identity identity,
            Policy policy,
            Sensors sensors,
            Actuator actuator,
            Journal journal,
            Clock clock,
            Consumer<Event> events,
            Runnable wake)
            throws Journal.JournalDamaged {
        this.policy = policy;
        this.sensors = sensors;
        this.actuator = actuator;
        this.journal = journal;
        this.clock = clock;
        this.events = events;
        this.wake = wake;
        this.executor = new Executor(actuator);
        this.reconfiguring =
                new Reconfiguring(new Configured(identity.configDigest(), policy), wake);
        this.messages = new Messages(identity.version(), reconfiguring::digest, sensors::gateWords);
        this.statuses = new Statuses(identity.version(), identity.gateways());
        this.operators = new Operators();
        this.chronicle = new Chronicle(events);
        this.memory = journal.replay();
        this.syncing = new Syncing(actuator, memory.epoch());
        this.pooling = new Pooling(actuator);
        this.warnings = new Warnings(identity.version(), reconfiguring::digest, pooling::trouble);
        this.asking = new Asking(actuator);
        MonoTime now = clock.now();
        this.tally = Tally.startingAt(now, identity.incarnation());
        this.stateSince = now;
    }

    /** Takes an operator's request; {@code reply} is called on the engine's thread, once. Any thread. */
    public void submit(Request request, Consumer<Reply> reply) {
        operators.add(request, reply);
        wake.run();
    }

    /** What is decided by, and the way to put another configuration in force. Any thread. */
    public Reconfiguring configuration() {
        return reconfiguring;
    }

    /** The newest status; empty before the first turn. Any thread. */
    public Optional<Status> status() {
        return lastSeen.map(seen -> statuses.compose(seen.world(), seen.extra()));
    }

    /**
     * The daemon is about to stop: a primary asks for a lease that lasts until it is back, a standby gives up its vote. Engine
     * thread only; go on taking turns until {@link #mayLeave()}, or no longer than a few heartbeats.
     */
    public void leave() {
        leaving = true;
    }

    /** True when the newest turn says that stopping now changes nothing for clients. Engine thread only. */
    public boolean mayLeave() {
        return lastSeen.map(seen -> LeaseRules.mayLeave(seen.world())).orElse(true);
    }

    /** One turn. Engine thread only. */
    public void turn() {
        policy = reconfiguring.turn(pending.isEmpty() && memory.running().isEmpty());
        MonoTime now = clock.now();
        Observation seen = sensors.read(now);
        Tally before = tally;
        tally = Counting.count(tally, seen, memory, policy).withBootAsked(operators.bootAsked());
        chronicle.counted(before, tally, memory, policy, seen);
        tally = syncing.turn(world(seen));
        noteFailures(before, seen);
        closeIfNeeded(believed(seen), seen);
        takePersisted(seen);
        World w = world(seen);
        executor.takeBackOrder(w);
        pooling.turn(w);
        if (pending.isEmpty()) {
            think(w);
        }
        if (policy.guard().isLease()) {
            keepLease(seen);
        } else {
            openIfAllowed(seen);
        }
        tell(seen);
    }

    /** With a lease guard nothing opens the gate but a granted slot, and the kernel closes it again. */
    private void keepLease(Observation seen) {
        boolean mayHold = believed(seen).state().mayOpen()
                && !keepClosed
                && !(cannotWrite(seen) && world(seen).peerWouldTake())
                && mayStayOpen(memory, seen)
                && mayStayOpen(fold(memory, pending), seen)
                && (memory.stillness().isPresent()
                        || tally.ownFailures() < policy.maxPrimaryFailcount());
        LeaseRules.Next next =
                LeaseRules.next(world(seen), fold(memory, pending), mayHold, leaving);
        tally = tally.withLeases(next.leases());
        for (LeaseRules.Order order : next.orders()) {
            if (order instanceof LeaseRules.Order.Permit o) {
                actuator.permit(o.slot(), o.nonce(), o.atMost());
            } else if (order instanceof LeaseRules.Order.Grant o) {
                openingAsked = true;
                actuator.grant(o.slot(), o.nonce());
            } else {
                actuator.setGate(GateState.CLOSED);
            }
        }
        asking.turn(world(seen));
    }

    /**
     * The journal has taken nothing for as long as a lease lasts. Such a node can decide nothing and is silent (the actuator lets
     * an old message age); where another would take over it also lets its lease run out (promise P5).
     */
    private boolean cannotWrite(Observation seen) {
        return writing.isStuck(seen.at(), policy.lease());
    }

    /** PostgreSQL is known to be writable; or it is not known and clients are in already. */
    private boolean mayStayOpen(Memory m, Observation seen) {
        if (m.stillness().isPresent()) {
            // While paused PostgreSQL may come and go in the hands of a person; the gate is not
            // touched.
            return m.hold().isEmpty();
        }
        return Syncing.desired(world(seen), m)
                .map(GateState.OPEN::equals)
                .orElse(tally.leases().held().isPresent() || isOpen(seen));
    }

    private World world(Observation seen) {
        return new World(seen, believed(seen), tally, policy, seen.incarnation() + "-" + ids);
    }

    private void think(World w) {
        if (!settled) {
            settle(w);
            return;
        }
        List<Fact> asked = operators.take(w, this::toReply);
        if (!asked.isEmpty()) {
            record(asked, w.now());
            return;
        }
        if (memory.running().isPresent()) {
            decision = Decider.decide(w);
            List<Fact> overtaken = factsOf(decision);
            record(overtaken.isEmpty() ? executor.advance(w) : overtaken, w.now());
            return;
        }
        if (leaving && memory.state() != NodeState.PRIMARY) {
            record(VoteRules.leaving(w), w.now());
            return;
        }
        Optional<Fact> longer = LeaseRules.toRecord(w).or(pooling::toRecord);
        if (longer.isPresent()) {
            record(List.of(longer.get()), w.now());
            return;
        }
        decision = Decider.decide(w);
        chronicle.decided(decision);
        if (decision instanceof Decision.Hold && writing.trouble().isPresent()) {
            record(List.of(failuresNoted()), w.now());
        } else if (!isCooling(w.now().at()) || closes(decision)) {
            record(factsOf(decision), w.now());
        }
    }

    private static List<Fact> factsOf(Decision decision) {
        if (decision instanceof Decision.Note note) {
            return note.facts();
        }
        if (decision instanceof Decision.Begin begin) {
            List<Fact> facts = new ArrayList<>(begin.first());
            facts.addAll(Recording.begun(begin.plan()));
            return facts;
        }
        return List.of();
    }

    /** A workflow that closes an open primary waits for nothing; a note never did. */
    private boolean closes(Decision decision) {
        return decision instanceof Decision.Note
                || (decision instanceof Decision.Begin begin
                        && memory.state().mayOpen()
                        && begin.plan().steps().get(0) instanceof Step.Become first
                        && !first.state().mayOpen());
    }

    /** The first turns of this process: a boot forgets what a boot must forget, a restart voids what rested on the old one. */
    private void settle(World w) {
        List<Fact> facts = new ArrayList<>();
        if (!memory.bootId().equals(w.now().bootId())) {
            facts.add(new Fact.Booted(w.now().bootId()));
        } else {
            memory.running()
                    .filter(r -> r.plan().kind().isVoidAtRestart())
                    .ifPresent(r -> facts.add(new Fact.PlanEnded(
                            r.plan().id(),
                            false,
                            r.plan().kind().words() + " voided by a restart of the daemon")));
        }
        settled = facts.isEmpty();
        record(facts, w.now());
        if (settled) {
            think(w);
        }
    }

    /** After a boot, what a boot makes of the memory holds before it is on disk, and also if it never gets there. */
    private Memory believed(Observation seen) {
        return memory.bootId().equals(seen.bootId())
                ? memory
                : memory.with(new Fact.Booted(seen.bootId()));
    }

    /** A failed write leaves memory as it was and is tried again: the next turns decide the same. */
    private void record(List<Fact> facts, Observation seen) {
        if (facts.isEmpty()) {
            return;
        }
        ids = ids + 1;
        Memory after = fold(memory, facts);
        closeIfNeeded(after, seen);
        if (writing.rests(seen.at())) {
            operators.failed(writing.trouble().orElse("it failed a moment ago"));
            return;
        }
        pending = facts;
        writing.began(seen.at());
        journal.append(facts, trouble -> {
            persisted.add(trouble);
            wake.run();
        });
    }

    private void takePersisted(Observation seen) {
        Optional<String> trouble = persisted.poll();
        if (trouble == null) {
            return;
        }
        if (trouble.isPresent()) {
            if (writing.trouble().isEmpty()) {
                events.accept(Event.error(
                        "journal_failed",
                        "the journal cannot be written (" + trouble.get() + "): the role stays "
                                + memory.state() + ", the gate as it is"));
            }
            writing.failed(trouble.get(), seen.at());
            keepClosed = keepClosed
                    || (memory.state().mayOpen()
                            && !fold(memory, pending).state().mayOpen());
            operators.failed(trouble.get());
        } else {
            writing.succeeded();
            keepClosed = false;
            adopt(seen);
        }
        pending = List.of();
    }

    private void adopt(Observation seen) {
        Memory before = memory;
        memory = fold(memory, pending);
        if (before.state() != memory.state()) {
            stateSince = seen.at();
        }
        chronicle.recorded(before, memory, pending);
        for (Fact fact : pending) {
            if (fact instanceof Fact.PlanEnded over) {
                before.running().ifPresent(r -> {
                    ended = Optional.of(new Status.Ended(
                            over.planId(),
                            r.plan().kind().words(),
                            over.ok() ? 0 : 1,
                            over.words()));
                });
                coolUntil = over.ok() ? Optional.empty() : Optional.of(seen.at().plus(COOLDOWN));
                actuator.abandon();
            }
            if (fact instanceof Fact.PlanBegun begun && isRestart(begun.plan())) {
                tally = tally.withRestart(seen.at());
            }
        }
        operators.recorded();
        wake.run();
    }

    private static boolean isRestart(Plan plan) {
        return plan.kind() == io.pgha.plan.PlanKind.RESTART
                || plan.kind() == io.pgha.plan.PlanKind.START;
    }

    private static Memory fold(Memory memory, List<Fact> facts) {
        Memory after = memory;
        for (Fact fact : facts) {
            after = after.with(fact);
        }
        return after;
    }

    private boolean isCooling(MonoTime now) {
        return coolUntil.isPresent() && coolUntil.get().isAfter(now);
    }

    private void closeIfNeeded(Memory m, Observation seen) {
        boolean isClosed = seen.gate().answer().filter(GateState.CLOSED::equals).isPresent();
        boolean mustClose =
                Syncing.desired(world(seen), m).filter(GateState.CLOSED::equals).isPresent();
        if (mustClose && (!isClosed || openingAsked)) {
            openingAsked = false;
            actuator.setGate(GateState.CLOSED);
        }
    }

    private static boolean isOpen(Observation seen) {
        return seen.gate().answer().filter(GateState.OPEN::equals).isPresent();
    }

    private void openIfAllowed(Observation seen) {
        boolean mayOpen = Syncing.desired(world(seen), believed(seen))
                .filter(GateState.OPEN::equals)
                .isPresent();
        boolean closing = Syncing.desired(world(seen), fold(memory, pending))
                .filter(GateState.CLOSED::equals)
                .isPresent();
        if (mayOpen && !closing && !isOpen(seen) && !keepClosed) {
            openingAsked = true;
            actuator.setGate(GateState.OPEN);
        }
    }

    private void noteFailures(Tally before, Observation seen) {
        boolean over = before.failures() > 0 && tally.failures() == 0;
        boolean rose = tally.failures() > before.failures() && memory.state() == NodeState.STANDBY;
        if ((over || rose) && pending.isEmpty() && settled) {
            record(List.of(failuresNoted()), seen);
        }
    }

    private Fact failuresNoted() {
        return new Fact.FailuresNoted(tally.failures(), Long.toString(clock.wallClockMillis()));
    }

    private void tell(Observation seen) {
        World w = world(seen);
        long wallClockMillis = clock.wallClockMillis();
        PeerMessage message =
                messages.compose(w, Activity.of(memory, executor.progress()), wallClockMillis);
        boolean awaited = w.peerIn(NodeState.RELEASING).isPresent();
        boolean news = told.map(last -> Messages.isNews(last, message, awaited)).orElse(true);
        told = Optional.of(message);
        if (!cannotWrite(seen)) {
            actuator.announce(message, news);
        }
        chronicle.seen(w);
        List<Warnings.Warning> amiss = warnings.of(w, wallClockMillis);
        chronicle.warned(amiss);
        lastSeen = Optional.of(new Seen(
                w,
                new Statuses.Extra(
                        decision,
                        stateSince,
                        executor.progress(),
                        executor.begunAt(),
                        ended,
                        writing.trouble(),
                        amiss,
                        reconfiguring.digest(),
                        reconfiguring.remarks())));
    }

    private Reply toReply(io.pgha.decision.Verdicts.Verdict verdict) {
        return new Reply(verdict.exitCode(), verdict.words(), verdict.plan().map(Plan::id));
    }
}
