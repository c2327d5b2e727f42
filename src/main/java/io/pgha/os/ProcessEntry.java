package io.pgha.os;

/**
 * A line of the process table, from /proc/PID/stat (man 5 proc).
 *
 * @param pid its number
 * @param parent its parent's number
 * @param name of the program, at most 15 characters
 * @param state R, S, D, T (stopped by a signal), Z (dead, not yet collected by its parent), ...
 * @param startTicks when it began, in clock ticks since boot: with the number it names one process
 * @param cpuTicks processor time used so far, in clock ticks
 */
public record ProcessEntry(
        long pid, long parent, String name, char state, long startTicks, long cpuTicks) {

    /** Dead, though its number is still taken. */
    public boolean isDead() {
        return state == 'Z' || state == 'X';
    }

    /** Stopped by SIGSTOP or a terminal: it handles no signal but SIGKILL and SIGCONT. */
    public boolean isFrozen() {
        return state == 'T';
    }
}
