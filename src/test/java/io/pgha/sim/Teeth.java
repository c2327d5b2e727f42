package io.pgha.sim;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;

/** Breaks the product on purpose, one promise at a time, and asks the simulator to notice: a break it does not find is a hole. */
final class Teeth {

    private static final Path LIST = Path.of("src/test/teeth/breaks.txt");
    private static final long LIMIT = 1500;

    private Teeth() {}

    /**
     * Tries every break whose name contains {@code only}.
     *
     * @return true when each was found
     */
    static boolean run(String only) throws Exception {
        List<Tooth> teeth =
                Tooth.read(LIST).stream().filter(t -> t.name().contains(only)).toList();
        int found = 0;
        for (Tooth tooth : teeth) {
            found = found + (isFound(tooth) ? 1 : 0);
        }
        System.out.println("TEETH breaks=" + teeth.size() + " found=" + found);
        return found == teeth.size();
    }

    private static boolean isFound(Tooth tooth) throws Exception {
        BiFunction<String, Long, String> simulator;
        try {
            simulator = BrokenProduct.with(tooth);
        } catch (IOException e) {
            System.out.println("TOOTH name=" + tooth.name() + " found_by=none: " + e.getMessage());
            return false;
        }
        AtomicLong next = new AtomicLong(1);
        AtomicLong first = new AtomicLong(LIMIT + 1);
        int cores = Runtime.getRuntime().availableProcessors();
        ExecutorService threads = Executors.newFixedThreadPool(cores);
        for (int i = 0; i < cores; i++) {
            threads.execute(() -> {
                // Every seed below the first one found is tried to its end, so that the number is
                // exact.
                for (long seed = next.getAndIncrement();
                        seed < first.get();
                        seed = next.getAndIncrement()) {
                    if (!simulator.apply(tooth.terms(), seed).isEmpty()) {
                        first.accumulateAndGet(seed, Math::min);
                    }
                }
            });
        }
        threads.shutdown();
        if (!threads.awaitTermination(1, TimeUnit.HOURS)) {
            throw new IOException(tooth.name() + ": no end within an hour");
        }
        boolean found = first.get() <= LIMIT;
        String law = found ? simulator.apply(tooth.terms(), first.get()) : "";
        System.out.println("TOOTH name=" + tooth.name() + " found_by=" + (found ? "sim" : "none")
                + " after=" + Math.min(first.get(), LIMIT)
                + (found ? " law=" + law.substring(0, Math.max(0, law.indexOf(':'))) : ""));
        return found;
    }
}
