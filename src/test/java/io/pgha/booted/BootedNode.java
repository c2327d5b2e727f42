package io.pgha.booted;

import io.pgha.http.Answer;
import io.pgha.http.Call;
import io.pgha.http.ControlClient;
import io.pgha.it.Run;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One of the two database machines: what its daemon and its PostgreSQL say. */
record BootedNode(int number, BootedMachine machine) {

    private static final Duration SOON = Duration.ofSeconds(2);
    private static final Pattern GRANTED = Pattern.compile("over in at most (\\d+) ms");
    private static final Pattern STATE = Pattern.compile("\"state\":\"([A-Z]+)\"");

    String name() {
        return machine.name();
    }

    /** What the daemon answers as JSON; empty while nobody answers. */
    Optional<Answer> status() {
        List<Answer> said = new ArrayList<>();
        try {
            new ControlClient(machine.live("/run/pgha/control.sock"), SOON, System::nanoTime)
                    .call(Call.look(Call.Command.STATUS, Call.Form.JSON), said::add);
        } catch (IOException | NoSuchElementException e) {
            return Optional.empty(); // No daemon, or no machine.
        }
        return said.stream().filter(a -> a.text().startsWith("{")).findFirst();
    }

    /** Whether the daemon says that nothing is wrong. */
    boolean isSteady() {
        return status().filter(answer -> answer.exitCode() == 0).isPresent();
    }

    /** Whether the daemon says that it is in that state; the node's own is the first in its status. */
    boolean is(String state) {
        return status().map(answer -> STATE.matcher(answer.text().replaceAll("\\s", "")))
                .filter(Matcher::find)
                .filter(found -> found.group(1).equals(state))
                .isPresent();
    }

    /** Whether its status holds these words. */
    boolean says(String words) {
        return status().filter(answer -> answer.text().contains(words)).isPresent();
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
