package io.pgha.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * What a pair costs while nothing happens, as the kernel counts it (proc(5)), and what its commands take. Finds a line for each,
 * with medians and spreads; judges none.
 */
final class IdleCost {

    private static final int RUNS = 20;
    private static final int STARTS = 3;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long TICK_MILLIS = 10;
    private static final int SEGMENT_MEGABYTES = 16;
    private static final String SEGMENT = "000000010000000000000002";
    private static final Path BIN = Path.of("packaging", "bin");

    private final Lab lab;
    private final Map<String, String> where;
    private final Function<LabNode, ProcessHandle> daemon;
    private final Consumer<Figures> found;

    /** Of the daemon that a node has; each line says {@code where}. */
    IdleCost(
            Lab lab,
            Map<String, String> where,
            Function<LabNode, ProcessHandle> daemon,
            Consumer<Figures> found) {
        this.lab = lab;
        this.where = where;
        this.daemon = daemon;
        this.found = found;
    }

    /** Fields of /proc/PID/stat after the program's name, which may hold anything. */
    private record Stat(List<String> fields) {
        static Stat of(long pid) throws IOException {
            String all = Files.readString(Path.of("/proc/" + pid + "/stat"));
            return new Stat(List.of(all.substring(all.lastIndexOf(')') + 2).split(" ", -1)));
        }

        private long field(int number) {
            return Long.parseLong(fields.get(number - 3));
        }

        long cpuMillis() {
            return (field(14) + field(15)) * TICK_MILLIS;
        }

        long cpuMillisWithChildren() {
            return cpuMillis() + (field(16) + field(17)) * TICK_MILLIS;
        }

        /** Faults of children that it has waited for: any program that it ran and that ended adds to them. */
        long childrensFaults() {
            return field(11);
        }

        long threads() {
            return field(20);
        }
    }

    /** What one node used until now. */
    private record Used(Stat daemon, long postgresMillis, int children) {
        static Used of(LabNode node, ProcessHandle daemon) {
            try {
                long postgres = 0;
                for (long pid : node.machine().processes()) {
                    Path program = Path.of("/proc/" + pid + "/comm");
                    if (Files.exists(program) && Files.readString(program).startsWith("postgres")) {
                        postgres += Stat.of(pid).cpuMillisWithChildren();
                    }
                }
                return new Used(
                        Stat.of(daemon.pid()), postgres, (int) daemon.children().count());
            } catch (IOException e) {
                throw new IllegalStateException("no usage of " + node.name(), e);
            }
        }
    }

    /** Measures both daemons for that long. What a daemon does in its first minutes is the compiler's work; say how long it ran. */
    void measureIdle(Duration settled, Duration time) {
        pass(settled);
        List<LabNode> nodes = List.of(lab.node1(), lab.node2());
        List<Used> before = nodes.stream().map(this::used).toList();
        pass(time);
        for (int i = 0; i < nodes.size(); i++) {
            Used after = used(nodes.get(i));
            Used from = before.get(i);
            long pid = daemon.apply(nodes.get(i)).pid();
            boolean forked = after.children() > 0
                    || after.daemon().childrensFaults() > from.daemon().childrensFaults();
            found.accept(Figures.of("IDLE")
                    .with("role", i == 0 ? "primary" : "standby")
                    .with(where)
                    .with("settled_s", settled.toSeconds())
                    .with("rss_mb", memory(pid, "Rss:"))
                    .with("pss_mb", memory(pid, "Pss:"))
                    .with("private_mb", memory(pid, "Anonymous:"))
                    .with("threads", after.daemon().threads())
                    .with("forked", forked ? "yes" : "no")
                    .with(
                            "cpu_ms_per_minute",
                            perMinute(after.daemon().cpuMillis() - from.daemon().cpuMillis(), time))
                    .with(
                            "postgres_cpu_ms_per_minute",
                            perMinute(after.postgresMillis() - from.postgresMillis(), time)));
        }
    }

    private Used used(LabNode node) {
        return Used.of(node, daemon.apply(node));
    }

    private static long perMinute(long millis, Duration time) {
        return millis * 60_000 / time.toMillis();
    }

    private static long memory(long pid, String key) {
        try (var lines = Files.lines(Path.of("/proc/" + pid + "/smaps_rollup"))) {
            return lines.filter(line -> line.startsWith(key))
                            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                            .sum()
                    / 1024;
        } catch (IOException e) {
            throw new IllegalStateException("no memory of process " + pid, e);
        }
    }

    /** Restarts the standby's daemon a few times: until it answers, and what it has used once it is steady. */
    void measureStart() {
        LabDaemon daemon = lab.node2().daemon();
        List<Long> cpu = new ArrayList<>();
        List<Long> wall = timed(STARTS, () -> {
            daemon.stop();
            long begun = System.nanoTime();
            daemon.start();
            Lab.await("it answers", PATIENCE, daemon::answers);
            long answered = System.nanoTime();
            Lab.await("it is steady", PATIENCE, daemon::isSteady);
            cpu.add(used(lab.node2()).daemon().cpuMillis());
            return answered - begun;
        });
        found.accept(Figures.of("START")
                .with("role", "standby")
                .with(where)
                .with("until", "answers")
                .with(Spread.ofNanos(wall))
                .with("cpu_ms_median", new Spread(cpu).median()));
    }

    /** The status as a person asks for it, the JVM and the way into the machine included. */
    void measureStatus() {
        found.accept(Figures.of("STATUS")
                .with(where)
                .with(Spread.ofNanos(timed(
                        RUNS, () -> timeOf(() -> lab.node1().daemon().run(List.of("status")))))));
    }

    /** Archive and restore of 16 MB on the node's disk, each beside a plain copy and fsync in the same moment. */
    void measureArchive() {
        Path home = lab.node1().disk().resolve("bench");
        Path settings = home.resolve("archive.env");
        Path segment = lab.node1().postgres().data().resolve("pg_wal").resolve(SEGMENT);
        lab.node1().postgres().sql("postgres", "select pg_switch_wal()");
        lab.node1().postgres().sql("app", "insert into observed default values");
        lab.node1().postgres().sql("postgres", "select pg_switch_wal()");
        bash("mkdir -p " + home + "/archive && cp " + BIN.toAbsolutePath().normalize()
                + "/pgha-archive " + home + " && ln -sf pgha-archive " + home
                + "/pgha-restore && cp "
                + segment + " " + home + "/" + SEGMENT
                + " && printf 'version=1\\narchive=on\\nwrite="
                + home + "/archive\\nread=" + home + "/archive\\nrequire_mount=off\\n' >" + settings
                + " && chown -R postgres " + home);
        String data = "cd " + lab.node1().postgres().data() + " && ";
        String archive = data + home + "/pgha-archive --settings " + settings + " " + home + "/"
                + SEGMENT + " " + SEGMENT;
        String restore = data + home + "/pgha-restore --settings " + settings + " " + SEGMENT + " "
                + home + "/RESTORED";
        String copy = "dd if=" + home + "/" + SEGMENT + " of=" + home
                + "/COPY bs=1M conv=fsync status=none && sync " + home;
        String plain = "cp " + home + "/archive/" + SEGMENT + " " + home + "/COPY";
        List<Long> copied = new ArrayList<>();
        List<Long> read = new ArrayList<>();
        List<Long> archived = new ArrayList<>();
        List<Long> restored = new ArrayList<>();
        for (int run = 0; run < RUNS; run++) {
            bash("rm -f " + home + "/COPY " + home + "/RESTORED " + home + "/archive/" + SEGMENT);
            copied.add(timeOf(() -> postgres(copy)));
            archived.add(timeOf(() -> postgres(archive)));
            bash("rm -f " + home + "/COPY");
            read.add(timeOf(() -> postgres(plain)));
            restored.add(timeOf(() -> postgres(restore)));
        }
        foundOfSegment("COPY", "dd,fsync", copied);
        foundOfSegment("ARCHIVE", "pgha-archive", archived);
        foundOfSegment("COPY", "cp", read);
        foundOfSegment("RESTORE", "pgha-restore", restored);
        bash("rm -rf " + home);
    }

    private static void bash(String script) {
        Run.of(List.of("bash", "-c", script)).orFail();
    }

    private static Run postgres(String script) {
        return Run.of(Machine.asPostgres("-all", List.of("bash", "-c", script))).orFail();
    }

    private static long timeOf(Runnable work) {
        long begun = System.nanoTime();
        work.run();
        return System.nanoTime() - begun;
    }

    private static List<Long> timed(int runs, LongSupplier once) {
        List<Long> all = new ArrayList<>();
        for (int run = 0; run < runs; run++) {
            all.add(once.getAsLong());
        }
        return all;
    }

    private void foundOfSegment(String subject, String by, List<Long> nanos) {
        found.accept(Figures.of(subject)
                .with("mb", SEGMENT_MEGABYTES)
                .with("by", by)
                .with(Spread.ofNanos(nanos)));
    }

    private static void pass(Duration time) {
        long begun = System.nanoTime();
        Lab.await(
                "the time is over",
                time.plusSeconds(10),
                () -> System.nanoTime() - begun > time.toNanos());
    }
}
