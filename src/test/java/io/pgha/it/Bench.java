package io.pgha.it;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;

/**
 * The fault table, measured beside the floor of the same machine in the same run. Prints figures on standard output, a line
 * each, and what happens meanwhile on standard error; judges none. Ends with 1 when a run did not come to its end.
 */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        usageHelpWidth = 110,
        description = {
            "Measure what clients lose in each fault, in network namespaces of this machine.%n",
            "BENCH: failover_ms: the longest time without an acknowledged write. lost: acknowledged rows that are missing"
                    + " afterwards, of all runs. two_primaries_ms: the worst run. rejoin_ms: from there until the struck node"
                    + " follows without a copy; where a person is needed, it is typed at once. copies: runs in which it was"
                    + " copied anew. ratio: to the floor.",
            "FLOOR: scripts that know everything at once. crash_ms: for a killed PostgreSQL, the floor of every fault."
                    + " planned_ms: for a change of roles that is wanted.",
            "SIZE: the same by the size of the database. ratio_to_smallest: to the first size.%n"
        })
public final class Bench implements Callable<Integer> {

    private static final String ALL = "all";
    private static final String NONE = "none";

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--runs",
            paramLabel = "N",
            description = "of each fault; 0: none (default: ${DEFAULT-VALUE})")
    private int runs = 5;

    @Option(
            names = "--fault",
            paramLabel = "NAME",
            split = ",",
            description =
                    "crash, crash-behind, hang, power-loss, cut-off, isolated, silenced, deafened, daemon-stopped, frozen,"
                            + " clean-stop, switchover, handover; none (default: all that the guard takes care of)")
    private List<String> faults = List.of(ALL);

    @Option(
            names = "--guard",
            paramLabel = "NAME",
            split = ",",
            description = "none: only the peer (default: ${DEFAULT-VALUE})")
    private List<String> guards = List.of("failcount");

    @Option(
            names = "--profile",
            paramLabel = "NAME",
            split = ",",
            description = "default: ${DEFAULT-VALUE}")
    private List<String> profiles = List.of("normal");

    @Option(
            names = "--door",
            paramLabel = "NAME",
            description =
                    "how pgha's clients come in: HAPROXY, PGJDBC (both nodes in its URL) or PGBOUNCER (default: ${DEFAULT-VALUE})")
    private Door door = Door.HAPROXY;

    @Option(
            names = "--connections",
            paramLabel = "N",
            split = ",",
            description =
                    "further sessions through the traffic manager, 0 to 500, each of which writes about once a second"
                            + " (default: ${DEFAULT-VALUE})")
    private List<Integer> crowds = List.of(0);

    @Option(
            names = "--sizes",
            paramLabel = "GB",
            split = ",",
            description =
                    "besides the faults: switchover, release with initialize, and a crash with its way back, on databases of"
                            + " these sizes, smallest first; needs four times the largest and 4 GB of disk in /tmp")
    private List<Double> sizes = List.of();

    @Option(
            names = "--peer",
            paramLabel = "NAME",
            description =
                    "repmgr: besides, crash, hang, power-loss, cut-off and switchover on repmgr of this system's packages,"
                            + " which are installed for it; repmgrd probes each second and fails over after two misses")
    private Optional<Peer> peer = Optional.empty();

    @Option(
            names = "--idle",
            paramLabel = "SECONDS",
            description =
                    "of the idle measurement, with what start, status and archiving take, without further sessions;"
                            + " 0: none (default: ${DEFAULT-VALUE})")
    private int idle = 60;

    @Option(
            names = "--settle",
            paramLabel = "SECONDS",
            description = "that the daemons have run before it (default: ${DEFAULT-VALUE})")
    private int settle = 60;

    @Option(
            names = "--timeline",
            description =
                    "also say where the time goes: when each daemon logged what, in milliseconds since the fault, the median and"
                            + " each run; struck is the node that the fault is done to")
    private boolean timeline;

    @Option(
            names = "--markdown",
            paramLabel = "FILE",
            description = "also write all of it as tables")
    private Optional<Path> markdown = Optional.empty();

    @Option(names = "--plot", paramLabel = "FILE", description = "also draw the faults (SVG)")
    private Optional<Path> plot = Optional.empty();

    private boolean incomplete;

    /** Another program that keeps pairs. */
    enum Peer {
        REPMGR
    }

    public static void main(String[] args) {
        // Started by a script: when that is killed without a chance to say so, this must not live
        // on.
        ProcessHandle.current().parent().ifPresent(script -> {
            var unused = script.onExit().thenRun(() -> System.exit(1));
        });
        System.exit(new CommandLine(new Bench())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(args));
    }

    @Override
    public Integer call() {
        List<Fault> wanted = wanted();
        if (crowds.stream().anyMatch(crowd -> crowd < 0 || crowd > Crowd.MOST)) {
            throw wrong("--connections takes 0 to " + Crowd.MOST);
        }
        Report report = new Report(markdown, plot);
        Optional<Floor> floor = runs > 0 ? Optional.of(Floor.measure(runs)) : Optional.empty();
        floor.ifPresent(f -> report.accept(f.figures()));
        if (idle > 0) {
            contenders(List.of(0)).forEach(contender -> measureIdle(contender, report));
        }
        for (Contender contender : contenders(crowds)) {
            floor.ifPresent(f -> measureFaults(contender, wanted, f, report));
            if (runs > 0) {
                measureSizes(contender, report);
            }
        }
        return incomplete ? 1 : 0;
    }

    private List<Fault> wanted() {
        if (faults.equals(List.of(ALL))) {
            return List.of(Fault.values());
        }
        if (faults.equals(List.of(NONE))) {
            return List.of();
        }
        try {
            return faults.stream().map(Fault::of).toList();
        } catch (IllegalArgumentException e) {
            throw wrong("--fault takes none, or of "
                    + Arrays.stream(Fault.values())
                            .map(Fault::word)
                            .collect(Collectors.joining(", ")));
        }
    }

    private ParameterException wrong(String what) {
        return new ParameterException(spec.commandLine(), what);
    }

    private List<Contender> contenders(List<Integer> beside) {
        List<Contender> all = new ArrayList<>();
        for (String guard : guards.equals(List.of(NONE)) ? List.<String>of() : guards) {
            for (String profile : profiles) {
                LabOptions options = LabOptions.shipped().withGuard(guard).withProfile(profile);
                beside.forEach(crowd -> all.add(new PghaPair(options, crowd, door)));
            }
        }
        if (peer.isPresent()) {
            beside.forEach(crowd -> all.add(new RepmgrPair(crowd)));
        }
        return all;
    }

    private void measureIdle(Contender contender, Report report) {
        try (BenchBed bed = new BenchBed(contender)) {
            attempt("idle", () -> {
                IdleCost cost =
                        new IdleCost(bed.lab(), contender.words(), contender::daemon, report);
                cost.measureIdle(Duration.ofSeconds(settle), Duration.ofSeconds(idle));
                contender.measureCommands(cost);
            });
        }
    }

    private void measureFaults(
            Contender contender, List<Fault> wanted, Floor floor, Report report) {
        try (BenchBed bed = new BenchBed(contender)) {
            for (Fault fault : wanted.stream().filter(contender::takes).toList()) {
                List<BenchBed.Seen> seen = measure(bed, fault);
                if (!seen.isEmpty()) {
                    report.accept(FaultFigures.of(fault, contender, seen, floor));
                    sayTimeline(seen);
                }
            }
        }
    }

    private void sayTimeline(List<BenchBed.Seen> seen) {
        if (timeline) {
            Timeline.table(seen.stream().map(BenchBed.Seen::timeline).toList())
                    .forEach(System.out::println);
        }
    }

    private void measureSizes(Contender contender, Report report) {
        SizeRuns sized = new SizeRuns(contender, report);
        for (double size : sizes) {
            try (BenchBed bed = new BenchBed(contender, lab -> Filling.fill(lab, size))) {
                attempt(size + " GB", () -> {
                    bed.lab();
                    sized.measure(size, fault -> measure(bed, fault));
                });
            }
        }
    }

    private List<BenchBed.Seen> measure(BenchBed bed, Fault fault) {
        List<BenchBed.Seen> all = new ArrayList<>();
        for (int run = 1; run <= runs; run++) {
            String what = fault.word() + " " + run + "/" + runs;
            attempt(what, () -> {
                BenchBed.Seen seen = bed.run(fault);
                all.add(seen);
                System.err.println(what + ": " + seen.words());
            });
        }
        return all;
    }

    /** What does not come to its end leaves the rest to be measured. */
    private void attempt(String what, Runnable work) {
        try {
            work.run();
        } catch (AssertionError | IllegalStateException e) {
            incomplete = true;
            System.err.println(what + ": did not end: " + e.getMessage());
        }
    }
}
