package io.pgha.sim;

import java.util.SplittableRandom;

/** The seed's dice; nothing else in a schedule is random. */
final class Chance {

    private final SplittableRandom random;

    Chance(long seed) {
        random = new SplittableRandom(seed * 0x9E3779B97F4A7C15L + 0x7F4A7C15L);
    }

    boolean of(double probability) {
        return probability > 0 && random.nextDouble() < probability;
    }

    long between(long low, long high) {
        return high <= low ? low : low + random.nextLong(high - low + 1);
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    /** Mostly short, sometimes long: exponential around the mean, cut at five times it. */
    long around(long mean) {
        double draw = -Math.log(1 - random.nextDouble()) * mean;
        return (long) Math.min(draw, 5.0 * mean);
    }
}
