package io.pgha.sim;

import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** Runs seeds on some threads: {@code --seeds N --from SEED --guard NAME --faults KINDS --jobs J --trace --keep-going}. */
public final class Simulate {

    private static final int TAIL = 60;
    private static final long PROGRESS = 5_000;

    private long seeds = 1000;
    private long from = 1;
    private int jobs = Runtime.getRuntime().availableProcessors();
    private boolean trace;
    private boolean keepGoing;
    private boolean teeth;
    private String tooth = "";
    private String words = "";

    private Simulate() {}

    /** Exit code 0: no law was broken; 1: one was, and the seed is printed; 2: bad usage. */
    public static void main(String[] arguments) throws Exception {
        Simulate simulate = new Simulate();
        if (!simulate.understands(arguments)) {
            System.err.println(
                    "usage: simulate [--seeds N] [--from SEED] [--guard NAME] [--faults KINDS] [--jobs J] [--trace] [--keep-going]"
                            + " | --teeth | --tooth NAME");
            System.exit(2);
        }
        if (simulate.teeth) {
            System.exit(Teeth.run(simulate.tooth, simulate.jobs) ? 0 : 1);
        }
        System.exit(simulate.trace ? simulate.replay() : simulate.runAll());
    }

    private boolean understands(String[] arguments) {
        for (int i = 0; i < arguments.length; i++) {
            boolean more = i + 1 < arguments.length;
            if (arguments[i].equals("--trace")) {
                trace = true;
            } else if (arguments[i].equals("--keep-going")) {
                keepGoing = true;
            } else if (arguments[i].equals("--teeth")) {
                teeth = true;
            } else if (arguments[i].equals("--tooth") && more) {
                teeth = true;
                tooth = arguments[++i];
            } else if (arguments[i].equals("--seeds") && more) {
                seeds = Long.parseLong(arguments[++i]);
            } else if (arguments[i].equals("--from") && more) {
                from = Long.parseLong(arguments[++i]);
            } else if (arguments[i].equals("--jobs") && more) {
                jobs = Math.max(1, Integer.parseInt(arguments[++i]));
            } else if (arguments[i].equals("--guard") && more) {
                words = words + " " + arguments[++i];
            } else if (arguments[i].equals("--faults") && more) {
                words = words + " " + arguments[++i];
            } else {
                return false;
            }
        }
        return true;
    }

    private int replay() {
        Simulation.Result result = Simulation.run(from, Bite.terms(words), true);
        result.tail().forEach(System.out::println);
        System.out.println("seed " + result.seed() + ": "
                + result.broken().map(b -> "BROKEN " + b).orElse("no law broken") + " ("
                + result.events() + " events)");
        return result.broken().isPresent() ? 1 : 0;
    }

    private int runAll() throws Exception {
        Tally tally = run(from, seeds, Bite.terms(words), jobs, keepGoing);
        if (tally.first().isPresent()) {
            Simulation.Result again =
                    Simulation.run(tally.first().get().seed(), Bite.terms(words), true);
            int size = again.tail().size();
            again.tail().stream().skip(Math.max(0, size - TAIL)).forEach(System.out::println);
            System.out.println("broken at seed " + again.seed() + ": "
                    + again.broken().orElse("") + "; replay: packaging/simulate --from "
                    + again.seed() + " --trace"
                    + (words.isEmpty() ? "" : " --guard '" + words.strip() + "'"));
        }
        System.out.println(tally.line());
        return tally.violations() == 0 ? 0 : 1;
    }

    /**
     * The sum of a run.
     *
     * @param schedules how many were run
     * @param events how many happened in them
     * @param violations how many schedules broke a law
     * @param seconds how long it took
     * @param first the broken one with the lowest seed among those run
     */
    record Tally(
            long schedules,
            long events,
            long violations,
            double seconds,
            Optional<Simulation.Result> first) {
        String line() {
            return String.format(
                    Locale.ROOT,
                    "SIM schedules=%d events=%d violations=%d rate=%.0f/s",
                    schedules,
                    events,
                    violations,
                    schedules / Math.max(0.001, seconds));
        }
    }

    /** Runs {@code count} seeds from {@code first} on; stops at the first violation unless told to go on. */
    static Tally run(long first, long count, Simulation.Terms terms, int jobs, boolean goOn)
            throws Exception {
        AtomicLong next = new AtomicLong(first);
        AtomicLong events = new AtomicLong();
        AtomicLong schedules = new AtomicLong();
        AtomicLong violations = new AtomicLong();
        AtomicBoolean stop = new AtomicBoolean();
        Queue<Simulation.Result> broken = new ConcurrentLinkedQueue<>();
        long begun = System.nanoTime();
        ExecutorService threads = Executors.newFixedThreadPool(jobs);
        Future<?>[] futures = new Future<?>[jobs];
        for (int i = 0; i < jobs; i++) {
            futures[i] = threads.submit(() -> {
                while (!stop.get()) {
                    long seed = next.getAndIncrement();
                    if (seed >= first + count) {
                        return;
                    }
                    Simulation.Result result = Simulation.run(seed, terms, false);
                    events.addAndGet(result.events());
                    schedules.incrementAndGet();
                    if (result.broken().isPresent()) {
                        violations.incrementAndGet();
                        broken.add(result);
                        stop.set(!goOn);
                        if (goOn) {
                            System.out.println(
                                    "seed " + seed + ": " + result.broken().get());
                        }
                    }
                }
            });
        }
        threads.shutdown();
        while (!threads.awaitTermination(PROGRESS, TimeUnit.MILLISECONDS)) {
            System.out.println(schedules.get() + " of " + count + " schedules, " + events.get()
                    + " events, " + violations.get() + " violations");
        }
        for (Future<?> future : futures) {
            future.get();
        }
        double seconds = (System.nanoTime() - begun) / 1e9;
        return new Tally(
                schedules.get(),
                events.get(),
                violations.get(),
                seconds,
                broken.stream().min(Comparator.comparingLong(Simulation.Result::seed)));
    }
}
