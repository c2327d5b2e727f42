package io.pgha.sim;

import java.util.Arrays;

/**
 * Every direction between two places on its own: cut, lossy, slow, doubling. Faults nest: a direction is cut as long as anybody
 * holds it cut.
 */
final class SimNetwork {

    private static final int PLACES = Place.COUNT;
    private static final long HOP = 300_000L;

    private final Agenda agenda;
    private final Chance chance;
    private final int[] cuts = new int[PLACES * PLACES];
    private final double[] loss = new double[PLACES * PLACES];
    private final double[] twice = new double[PLACES * PLACES];
    private final long[] slow = new long[PLACES * PLACES];

    SimNetwork(Agenda agenda, Chance chance) {
        this.agenda = agenda;
        this.chance = chance;
    }

    private static int index(Place from, Place to) {
        return from.index() * PLACES + to.index();
    }

    void cut(Place from, Place to) {
        cuts[index(from, to)]++;
    }

    void mend(Place from, Place to) {
        cuts[index(from, to)]--;
    }

    /** Sets how bad a direction is; zeros make it good again. */
    void worsen(Place from, Place to, double lossRate, double twiceRate, long slowest) {
        loss[index(from, to)] = lossRate;
        twice[index(from, to)] = twiceRate;
        slow[index(from, to)] = slowest;
    }

    /** True when nothing at all gets from one place to the other. */
    boolean isCut(Place from, Place to) {
        return cuts[index(from, to)] > 0;
    }

    /** True when a packet with retransmissions would get there and its answer back. */
    boolean isConnected(Place one, Place other) {
        return !isCut(one, other) && !isCut(other, one);
    }

    /** One message now: it may not get there. */
    boolean isLost(Place from, Place to) {
        return isCut(from, to) || chance.of(loss[index(from, to)]);
    }

    /** One try of a question and its answer: a lossy direction loses it now and then. */
    boolean roundTrip(Place one, Place other) {
        return isConnected(one, other)
                && !chance.of(loss[index(one, other)])
                && !chance.of(loss[index(other, one)]);
    }

    /** How long one direction takes now. */
    long delay(Place from, Place to) {
        long worst = slow[index(from, to)];
        return HOP + (worst > 0 ? chance.between(0, worst) : chance.between(0, HOP));
    }

    /** Sends one message; what comes later than {@code deadline} does not come at all. */
    void send(Place from, Place to, long deadline, Runnable arrival) {
        int i = index(from, to);
        if (cuts[i] > 0 || chance.of(loss[i])) {
            return;
        }
        deliver(i, delay(from, to), deadline, arrival);
        if (chance.of(twice[i])) {
            deliver(i, delay(from, to), deadline, arrival);
        }
    }

    private void deliver(int direction, long delay, long deadline, Runnable arrival) {
        if (delay <= deadline) {
            agenda.in(delay, () -> {
                if (cuts[direction] == 0) {
                    arrival.run();
                }
            });
        }
    }

    /** Everything is whole again. */
    void heal() {
        Arrays.fill(cuts, 0);
        Arrays.fill(loss, 0);
        Arrays.fill(twice, 0);
        Arrays.fill(slow, 0);
    }
}
