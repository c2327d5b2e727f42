package io.pgha.it;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;

/**
 * The fault table, measured beside the floor of the same machine in the same run. Prints figures on standard output, a line
 * each, and what happens meanwhile on standard error; judges none. Ends with 1 when a run did not come to its end.
 */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = {
            "Measure what clients lose in each fault, in network namespaces of this machine.",
            "lost: acknowledged rows missing afterwards, of all runs; two_primaries_ms: the worst run;",
            "floor_ms: a script that knows everything, for a killed PostgreSQL (median)."
        })
public final class Bench implements Callable<Integer> {

    @Option(names = "--runs", description = "of each fault; 0: none (default: ${DEFAULT-VALUE})")
    private int runs = 5;

    @Option(
            names = "--fault",
            paramLabel = "NAME",
            split = ",",
            converter = ByWord.class,
            description =
                    "crash, hang, power-loss, cut-off, isolated, silenced, deafened, daemon-stopped, frozen,"
                            + " clean-stop, switchover, handover (default: all that the guard takes care of)")
    private List<Fault> faults = List.of(Fault.values());

    @Option(
            names = "--guard",
            paramLabel = "NAME",
            split = ",",
            description = "default: ${DEFAULT-VALUE}")
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
                    "how clients come in: HAPROXY, PGJDBC (both nodes in its URL) or PGBOUNCER (default: ${DEFAULT-VALUE})")
    private Door door = Door.HAPROXY;

    @Option(
            names = "--idle",
            paramLabel = "SECONDS",
            description =
                    "of the idle measurement, with what start, status and archiving take; 0: none (default: ${DEFAULT-VALUE})")
    private int idle = 60;

    @Option(
            names = "--settle",
            paramLabel = "SECONDS",
            description = "that the daemons have run before it (default: ${DEFAULT-VALUE})")
    private int settle = 60;

    private boolean incomplete;

    /** A fault as it is typed. */
    static final class ByWord implements ITypeConverter<Fault> {
        @Override
        public Fault convert(String word) {
            try {
                return Fault.of(word);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException("there is " + words());
            }
        }

        private static String words() {
            return Arrays.stream(Fault.values()).map(Fault::word).collect(Collectors.joining(", "));
        }
    }

    public static void main(String[] args) {
        // Started by a script: when that is killed without a chance to say so, this must not live
        // on.
        ProcessHandle.current().parent().ifPresent(script -> {
            var unused = script.onExit().thenRun(() -> System.exit(1));
        });
        System.exit(new CommandLine(new Bench()).execute(args));
    }

    @Override
    public Integer call() {
        long floor = runs > 0 ? Floor.median(Floor.measure(runs)) : 0;
        System.out.println("FLOOR crash_ms=" + floor + " runs=" + runs);
        for (String guard : guards) {
            for (String profile : profiles) {
                measureAll(guard, profile, floor);
            }
        }
        return incomplete ? 1 : 0;
    }

    private void measureAll(String guard, String profile, long floor) {
        LabOptions options = LabOptions.shipped().withGuard(guard).withProfile(profile);
        String where = " door=" + door + " guard=" + guard + " profile=" + profile;
        try (BenchBed bed = new BenchBed(options, door)) {
            if (idle > 0) {
                IdleCost cost = new IdleCost(bed.lab(), where);
                cost.measureIdle(Duration.ofSeconds(settle), Duration.ofSeconds(idle));
                cost.measureStatus();
                cost.measureStart();
                cost.measureArchive();
            }
            for (Fault fault : faults) {
                if (fault.needsLease() && !options.isLeased()) {
                    continue;
                }
                List<BenchBed.Seen> seen = measure(bed, fault);
                if (!seen.isEmpty()) {
                    System.out.println(line(fault, where, seen) + " floor_ms=" + floor);
                }
            }
        }
    }

    private List<BenchBed.Seen> measure(BenchBed bed, Fault fault) {
        List<BenchBed.Seen> all = new ArrayList<>();
        for (int run = 1; run <= runs; run++) {
            String what = fault.word() + " " + run + "/" + runs + ": ";
            try {
                BenchBed.Seen seen = bed.run(fault);
                all.add(seen);
                System.err.println(what + seen);
            } catch (AssertionError | IllegalStateException e) {
                incomplete = true;
                System.err.println(what + "did not end: " + e.getMessage());
            }
        }
        return all;
    }

    private static String line(Fault fault, String where, List<BenchBed.Seen> all) {
        List<Long> gaps = all.stream().map(BenchBed.Seen::gapMillis).sorted().toList();
        return "BENCH fault=" + fault.word() + where
                + " runs=" + all.size()
                + " failover_ms_median=" + Floor.median(gaps)
                + " min=" + gaps.get(0)
                + " max=" + gaps.get(gaps.size() - 1)
                + " lost=" + all.stream().mapToInt(BenchBed.Seen::lost).sum()
                + " two_primaries_ms="
                + all.stream()
                        .mapToLong(BenchBed.Seen::twoPrimariesMillis)
                        .max()
                        .orElse(0);
    }
}
