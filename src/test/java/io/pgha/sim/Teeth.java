package io.pgha.sim;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;

/** Breaks the product on purpose, one promise at a time, and asks the simulator to notice: a break it does not find is a hole. */
final class Teeth {

    static final Path LIST = Path.of("src/test/teeth/breaks.txt");
    private static final long LIMIT = 1500;

    private Teeth() {}

    /**
     * Tries every break, or the one of that name.
     *
     * @return true when each was found
     */
    static boolean run(String only, int jobs) throws Exception {
        int found = 0;
        int tried = 0;
        for (Tooth tooth : Tooth.read(LIST)) {
            if (only.isEmpty() || tooth.name().equals(only)) {
                tried = tried + 1;
                found = found + (isFound(tooth, jobs) ? 1 : 0);
            }
        }
        System.out.println("TEETH breaks=" + tried + " found=" + found);
        return tried > 0 && found == tried;
    }

    private static boolean isFound(Tooth tooth, int jobs) throws Exception {
        try {
            return tooth.real().isPresent()
                    ? isFoundForReal(tooth, tooth.real().get())
                    : isFoundBySimulator(tooth, jobs);
        } catch (IOException e) {
            System.out.println("TOOTH name=" + tooth.name() + " found_by=none: " + e.getMessage());
            return false;
        }
    }

    private static boolean isFoundForReal(Tooth tooth, Tooth.Real real) throws Exception {
        BrokenRun run = BrokenRun.of(tooth, real);
        boolean found = run.broke(real).isPresent() && run.held(real);
        System.out.println("TOOTH name=" + tooth.name()
                + (found ? " found_by=it after=1 law=" + real : " found_by=none see=" + run.log()));
        return found;
    }

    private static boolean isFoundBySimulator(Tooth tooth, int jobs) throws Exception {
        BiFunction<String, Long, String> simulator = BrokenProduct.with(tooth);
        long after = firstBroken(simulator, tooth.terms(), LIMIT, jobs);
        boolean found = after <= LIMIT;
        String law = found ? simulator.apply(tooth.terms(), after) : "";
        System.out.println("TOOTH name=" + tooth.name() + " found_by=" + (found ? "sim" : "none")
                + " after=" + Math.min(after, LIMIT)
                + (found ? " law=" + law.substring(0, Math.max(0, law.indexOf(':'))) : ""));
        return found;
    }

    /** The lowest seed that breaks a law; above {@code limit}: none does. */
    static long firstBroken(
            BiFunction<String, Long, String> simulator, String terms, long limit, int jobs)
            throws Exception {
        AtomicLong next = new AtomicLong(1);
        AtomicLong first = new AtomicLong(limit + 1);
        ExecutorService threads = Executors.newFixedThreadPool(jobs);
        for (int i = 0; i < jobs; i++) {
            threads.execute(() -> {
                // Every seed below the first one found is tried to its end, so that the number is
                // exact.
                for (long seed = next.getAndIncrement();
                        seed < first.get();
                        seed = next.getAndIncrement()) {
                    if (!simulator.apply(terms, seed).isEmpty()) {
                        first.accumulateAndGet(seed, Math::min);
                    }
                }
            });
        }
        threads.shutdown();
        if (!threads.awaitTermination(1, TimeUnit.HOURS)) {
            throw new IOException("no end within an hour");
        }
        return first.get();
    }
}
