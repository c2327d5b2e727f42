package io.pgha.sim;

import java.util.Arrays;

/** What is to happen, by time and then by the order in which it was asked for; the only source of progress. */
final class Agenda {

    static final long MS = 1_000_000L;
    static final long SECOND = 1000 * MS;

    private long[] times = new long[256];
    private long[] orders = new long[256];
    private Runnable[] works = new Runnable[256];
    private int size;
    private long order;
    private long now;
    private long done;

    /** True time in nanoseconds since the schedule began; no node knows it. */
    long now() {
        return now;
    }

    /** How many events have happened. */
    long done() {
        return done;
    }

    void in(long delay, Runnable work) {
        at(now + Math.max(0, delay), work);
    }

    void at(long time, Runnable work) {
        if (size == times.length) {
            times = Arrays.copyOf(times, size * 2);
            orders = Arrays.copyOf(orders, size * 2);
            works = Arrays.copyOf(works, size * 2);
        }
        order = order + 1;
        int i = size;
        size = size + 1;
        while (i > 0 && isBefore(time, order, (i - 1) / 2)) {
            move((i - 1) / 2, i);
            i = (i - 1) / 2;
        }
        put(i, Math.max(time, now), order, work);
    }

    /** The next event happens; false when nothing is left before {@code end}. */
    boolean step(long end) {
        if (size == 0 || times[0] > end) {
            now = Math.max(now, end);
            return false;
        }
        now = times[0];
        Runnable work = works[0];
        removeFirst();
        done = done + 1;
        work.run();
        return true;
    }

    private void removeFirst() {
        size = size - 1;
        long time = times[size];
        long number = orders[size];
        Runnable work = works[size];
        int i = 0;
        while (2 * i + 1 < size) {
            int child = 2 * i + 1;
            if (child + 1 < size && isBefore(times[child + 1], orders[child + 1], child)) {
                child = child + 1;
            }
            if (isBefore(time, number, child)) {
                break;
            }
            move(child, i);
            i = child;
        }
        if (size > 0) {
            put(i, time, number, work);
        }
    }

    private boolean isBefore(long time, long number, int other) {
        return time < times[other] || (time == times[other] && number < orders[other]);
    }

    private void move(int from, int to) {
        put(to, times[from], orders[from], works[from]);
    }

    private void put(int i, long time, long number, Runnable work) {
        times[i] = time;
        orders[i] = number;
        works[i] = work;
    }
}
