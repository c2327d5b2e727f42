package io.pgha.it;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * The test bed: two real nodes with PostgreSQL and, if wanted, pgha, a router, a traffic manager and clients, each a
 * {@link Machine} of its own on this host. Node 1 starts as primary, node 2 as its streaming standby.
 *
 * <p>Everything waits with a limit. {@link #close} leaves nothing behind; so does the end of this JVM, however it ends,
 * but for a directory that {@link #sweep} removes at the next run. Several labs may live at a time.
 */
public final class Lab implements AutoCloseable {

    private static final long POLL_NANOS = 5_000_000;
    private static final long REST = 4;
    private static final int KNOCK_MILLIS = 500;

    private final LabDirectory directory;
    private final LabOptions options;
    private final Machine router;
    private final Machine client;
    private final InNetwork outside;
    private final Wires wires;
    private final LabNode node1;
    private final LabNode node2;
    private final Optional<Machine> third;
    private final Optional<LabWitness> witness;
    private final Optional<LabEtcd> etcd;
    private final List<AutoCloseable> guests = new ArrayList<>();
    private final Thread hook = new Thread(this::dismantle, "dismantle the lab");

    private Lab(LabOptions options) {
        sweep();
        this.options = options;
        this.directory = LabDirectory.make("bed");
        Runtime.getRuntime().addShutdownHook(hook);
        Path home = directory.path();
        try {
            Files.createDirectories(home.resolve("disk"));
            Files.createDirectories(home.resolve("client"));
        } catch (IOException e) {
            throw new IllegalStateException("could not make the lab's directories", e);
        }
        this.router = Machine.boot("router");
        this.client = Machine.boot("client");
        this.outside = InNetwork.of(client);
        this.wires = new Wires(router, client, options.links());
        this.node1 = LabNode.make(1, home, wires, options.disks());
        this.node2 = LabNode.make(2, home, wires, options.disks());
        this.third = options.isLeased() ? Optional.of(Machine.boot("third")) : Optional.empty();
        third.ifPresent(wires::plugThird);
        this.witness = third.filter(m -> options.guard().equals("witness"))
                .map(m -> new LabWitness(m, home));
        this.etcd =
                third.filter(m -> options.guard().equals("etcd")).map(m -> new LabEtcd(m, home));
    }

    /** Builds a lab and waits until node 2 streams from node 1 and, with daemons, until clients can write. */
    static Lab open(LabOptions options) {
        Lab lab = new Lab(options);
        try {
            lab.setUp();
            return lab;
        } catch (RuntimeException | AssertionError e) {
            lab.close();
            throw e;
        }
    }

    private void setUp() {
        node1.postgres().create(options.durable());
        node2.postgres().create(options.durable());
        node2.postgres().follow(node1);
        for (String line : options.settings()) {
            node1.postgres().append("postgresql.conf", line + "\n");
            node2.postgres().append("postgresql.conf", line + "\n");
        }
        node1.postgres().begin();
        node2.postgres().begin();
        expect("node1 starts", Duration.ofSeconds(30), node1.postgres()::isReady);
        expect("node2 starts", Duration.ofSeconds(30), node2.postgres()::isReady);
        expect("node2 streams", Duration.ofSeconds(30), node2.postgres()::isStreaming);
        if (options.daemons()) {
            LabInstallation.install(directory.path(), options);
            if (witness.isPresent()) {
                LabInstallation.installWitness(directory.path(), options);
                witness.get().start();
            }
            etcd.ifPresent(LabEtcd::start);
            node1.daemon().start();
            node2.daemon().start();
            // Its port alone says nothing: until the daemon has put its gate up, there is none.
            expect("node1 answers", Duration.ofSeconds(30), () -> node1.daemon().answers());
            expect("node1 is open", Duration.ofSeconds(30), () -> isOpen(node1));
            expect("node2 answers", Duration.ofSeconds(30), () -> node2.daemon().answers());
            if (witness.isPresent()) {
                expect("the witness may move", Duration.ofSeconds(30), witness.get()::mayMove);
            }
        }
    }

    LabNode node1() {
        return node1;
    }

    LabNode node2() {
        return node2;
    }

    /** The third host's pgha witness; with guard witness only. */
    LabWitness witness() {
        return witness.orElseThrow();
    }

    /** The third host's etcd; with guard etcd only. */
    LabEtcd etcd() {
        return etcd.orElseThrow();
    }

    LabNode other(LabNode node) {
        return node.number() == 1 ? node2 : node1;
    }

    Path home() {
        return directory.path();
    }

    /** The machine where clients and the traffic manager run. */
    Machine client() {
        return client;
    }

    Wires wires() {
        return wires;
    }

    /** Ends every cut. */
    void heal() {
        wires.heal();
    }

    /** Starts HAProxy in the client machine. */
    TrafficManager trafficManager() {
        return trafficManager(TrafficManager.Check.OPEN_PORT);
    }

    /** The same with another check. */
    TrafficManager trafficManager(TrafficManager.Check check) {
        return guest(new TrafficManager(this, check));
    }

    /** Lets that many more sessions come through the traffic manager. Returns when all are there. */
    Crowd crowd(int sessions) {
        Crowd crowd = guest(new Crowd(this, sessions));
        crowd.awaitAll();
        return crowd;
    }

    /** Starts PgBouncer in the client machine, before the traffic manager. */
    LabPooler pooler() {
        return guest(new LabPooler(this));
    }

    /** Starts the recording client and both observers. Returns when rows are acknowledged. */
    Recorder record() {
        return record(Recorder.Pace.DENSE);
    }

    /** The same at another pace. */
    Recorder record(Recorder.Pace pace) {
        return record(pace, Wires.CLIENT + ":5432/app");
    }

    /** The same through another door than the traffic manager's. */
    Recorder record(Recorder.Pace pace, String door) {
        Recorder recorder = guest(new Recorder(this, pace, door));
        recorder.awaitWrites();
        return recorder;
    }

    private <T extends AutoCloseable> T guest(T guest) {
        guests.add(guest);
        return guest;
    }

    /**
     * Whether a client's connection to a node's port 5432 is accepted, asked from the client machine; by no program, whose
     * start a busy machine could draw out until an open port counts as closed.
     */
    boolean isOpen(LabNode node) {
        return outside.call(() -> {
            try (Socket knock = new Socket()) {
                knock.connect(new InetSocketAddress(node.address(), 5432), KNOCK_MILLIS);
                return true;
            } catch (IOException e) {
                return false;
            }
        });
    }

    /** Boots a node that was powered off, as its units would: daemon first, then the question whether to start. */
    Run powerOn(LabNode node) {
        node.powerOn();
        node.daemon().start();
        expect(
                "pgha of " + node.name() + " answers",
                Duration.ofSeconds(60),
                node.daemon()::answers);
        return node.daemon().run(List.of("check-start", "--yes"));
    }

    /** As {@link #await}, and a failure shows what both nodes logged. */
    void expect(String what, Duration limit, Callable<Boolean> condition) {
        try {
            await(what, limit, condition);
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + "\n" + diagnosis(), e);
        }
    }

    /**
     * The one place where tests wait: asks until the condition holds, every 5 ms, and rests four times as long as an answer
     * took, so that asking never takes more than a fifth of a core from the pair it asks about.
     *
     * @throws AssertionError when it does not hold in time; says what was last seen
     */
    public static void await(String what, Duration limit, Callable<Boolean> condition) {
        long start = System.nanoTime();
        Optional<Exception> last = Optional.empty();
        do {
            long asked = System.nanoTime();
            try {
                if (condition.call()) {
                    return;
                }
                last = Optional.empty();
            } catch (Exception e) {
                last = Optional.of(e);
            }
            rest(asked);
        } while (System.nanoTime() - start < limit.toNanos()
                && !Thread.currentThread().isInterrupted());
        throw new AssertionError(
                "not within " + limit.toMillis() + " ms: " + what, last.orElse(null));
    }

    /** Looks for that long, as often as {@link #await} asks, that it stays so. */
    void watch(String what, Duration time, BooleanSupplier condition) {
        long begun = System.nanoTime();
        while (System.nanoTime() - begun < time.toNanos()) {
            long asked = System.nanoTime();
            if (!condition.getAsBoolean()) {
                throw new AssertionError("no longer so: " + what + "\n" + diagnosis());
            }
            rest(asked);
        }
    }

    private static void rest(long asked) {
        LockSupport.parkNanos(Math.max(POLL_NANOS, REST * (System.nanoTime() - asked)));
    }

    /** The ends of all logs, for a failed test. */
    String diagnosis() {
        StringBuilder all = new StringBuilder();
        for (String node : List.of("node1", "node2")) {
            for (String log : List.of("pgha.log", "repmgr.log", "postgresql.log")) {
                Path file = home().resolve(node).resolve("log").resolve(log);
                if (Files.exists(file)) {
                    all.append("--- ").append(node).append(' ').append(log).append('\n');
                    all.append(tail(file));
                }
            }
        }
        for (String log : List.of("witness/witness.log", "etcd/etcd1.log")) {
            Path file = home().resolve(log);
            if (Files.exists(file)) {
                all.append("--- ").append(log).append('\n').append(tail(file));
            }
        }
        return all.toString();
    }

    private static String tail(Path log) {
        // The observers' refused writes would bury the rest.
        String lines = Run.of(List.of("grep", "-v", "read-only transaction", log.toString()))
                .out();
        List<String> all = lines.lines().toList();
        return String.join("\n", all.subList(Math.max(0, all.size() - 40), all.size())) + "\n";
    }

    /** Removes what killed runs left behind; returns how many labs that were. */
    static int sweep() {
        return LabDirectory.sweep();
    }

    @Override
    public void close() {
        dismantle();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The JVM is ending: the hook runs anyway and finds nothing left to do.
        }
    }

    private synchronized void dismantle() {
        LabDisk.resumeBelow(directory.path());
        outside.close();
        for (AutoCloseable guest : guests) {
            try {
                guest.close();
            } catch (Exception e) {
                System.err.println("while closing the lab: " + e);
            }
        }
        guests.clear();
        List<Machine> machines =
                new ArrayList<>(List.of(node1.machine(), node2.machine(), client, router));
        third.ifPresent(machines::add);
        for (Machine machine : machines) {
            if (machine.runs()) {
                machine.die();
            }
        }
        directory.remove();
    }
}
