package io.pgha.it;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/**
 * The fault table, measured: each fault some times in a bed of its own, with the floor of the same machine in the same run. Prints
 * figures and judges none.
 */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description =
                "Measure what clients lose in each fault, in network namespaces of this machine.")
public final class Bench implements Callable<Integer> {

    @Option(names = "--runs", description = "of each fault (default: ${DEFAULT-VALUE})")
    private int runs = 5;

    @Option(
            names = "--fault",
            split = ",",
            description =
                    "crash, hang, power-loss, cut-off, clean-stop, handover (default: all of them)")
    private List<String> faults = List.of();

    @Option(names = "--guard", split = ",", description = "default: ${DEFAULT-VALUE}")
    private List<String> guards = List.of("failcount");

    @Option(names = "--profile", description = "default: ${DEFAULT-VALUE}")
    private String profile = "normal";

    @Option(names = "--idle", description = "seconds of the idle measurement; 0: none")
    private int idle = 60;

    /** One run of one fault. */
    private record Seen(long gap, int lost, long twoPrimaries) {}

    public static void main(String[] args) {
        ProcessHandle.current().parent().ifPresent(script -> {
            var unused = script.onExit().thenRun(() -> System.exit(1));
        });
        System.exit(new CommandLine(new Bench()).execute(args));
    }

    @Override
    public Integer call() {
        List<Fault> chosen = faults.isEmpty()
                ? List.of(Fault.values())
                : faults.stream().map(Fault::of).toList();
        long floor = Floor.median(Floor.measure(runs));
        System.out.println("FLOOR crash_ms=" + floor + " runs=" + runs);
        for (String guard : guards) {
            for (Fault fault : chosen) {
                measure(fault, guard, floor);
            }
        }
        if (idle > 0) {
            idle();
        }
        return 0;
    }

    private void measure(Fault fault, String guard, long floor) {
        List<Seen> all = new ArrayList<>();
        for (int run = 0; run < runs; run++) {
            try {
                all.add(once(fault, guard));
            } catch (AssertionError | IllegalStateException e) {
                System.out.println("BENCH fault=" + fault.word() + " guard=" + guard
                        + " did not end: "
                        + String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
            }
        }
        if (all.isEmpty()) {
            return;
        }
        List<Long> gaps = all.stream().map(Seen::gap).sorted().toList();
        System.out.println("BENCH fault=" + fault.word() + " guard=" + guard + " profile=" + profile
                + " runs=" + all.size()
                + " failover_ms_median=" + Floor.median(gaps)
                + " min=" + gaps.get(0) + " max=" + gaps.get(gaps.size() - 1)
                + " lost=" + all.stream().map(Seen::lost).toList()
                + " two_primaries_ms=" + all.stream().map(Seen::twoPrimaries).toList()
                + " floor_ms=" + floor);
    }

    private Seen once(Fault fault, String guard) {
        LabOptions options = LabOptions.shipped().withGuard(guard).withProfile(profile);
        try (Lab lab = Lab.open(options)) {
            lab.trafficManager();
            Recorder recorder = lab.record();
            long struck = fault.strike(lab);
            recorder.awaitWrites();
            Recording recording = recorder.stop();
            return new Seen(
                    recording.longestGap(struck, Long.MAX_VALUE).millis(),
                    recording.lost(lab.node2()).size(),
                    recording.twoPrimariesMillis());
        }
    }

    private void idle() {
        try (Lab lab = Lab.open(LabOptions.shipped().withProfile(profile))) {
            LabDaemon.Usage before = lab.node1().daemon().usage();
            long begun = System.nanoTime();
            Lab.await(
                    "the idle time is over",
                    java.time.Duration.ofSeconds(idle + 10L),
                    () -> System.nanoTime() - begun > idle * 1_000_000_000L);
            LabDaemon.Usage after = lab.node1().daemon().usage();
            long perMinute = (after.cpuMillis() - before.cpuMillis()) * 60 / idle;
            System.out.println("IDLE rss_mb=" + after.rssMegabytes() + " cpu_ms_per_minute="
                    + perMinute + " profile=" + profile);
        }
    }
}
