package io.pgha.booted;

import io.pgha.it.DaemonStatus;
import io.pgha.it.Run;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One of the two database machines: what its daemon and its PostgreSQL say. */
record BootedNode(int number, BootedMachine machine) {

    private static final Pattern GRANTED = Pattern.compile("over in at most (\\d+) ms");

    String name() {
        return machine.name();
    }

    /** What the daemon says of itself; empty while nobody answers. */
    Optional<DaemonStatus> status() {
        return machine.seen("/run/pgha/control.sock").flatMap(DaemonStatus::ask);
    }

    /** Whether the daemon says that nothing is wrong. */
    boolean isSteady() {
        return status().filter(DaemonStatus::isSteady).isPresent();
    }

    /** Whether the daemon says that it is in that state. */
    boolean is(String state) {
        return status().filter(said -> said.is(state)).isPresent();
    }

    /** Whether its status holds these words. */
    boolean says(String words) {
        return status().filter(said -> said.says(words)).isPresent();
    }

    /** How long a lease that it granted may still be in force, as it says itself; 0 when it says nothing of that. */
    long grantedMillis() {
        return status().map(answer -> GRANTED.matcher(answer.text()))
                .filter(Matcher::find)
                .map(found -> Long.parseLong(found.group(1)))
                .orElse(0L);
    }

    /** What a query answers on the local socket, also while the gate is closed. */
    Run sql(String database, String query) {
        return machine.run(
                "runuser", "-u", "postgres", "--", "psql", "-XAtq", "-d", database, "-c", query);
    }

    boolean isStreaming() {
        String query = "select count(*) from pg_stat_wal_receiver where status = 'streaming'";
        return "1".equals(sql("postgres", query).out().strip());
    }

    /** The main process of a unit inside the machine; 0 when it has none. */
    String mainPid(String unit) {
        return machine.run("systemctl", "show", "-P", "MainPID", unit).out().strip();
    }
}
