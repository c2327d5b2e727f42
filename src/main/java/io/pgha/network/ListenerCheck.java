package io.pgha.network;

import io.pgha.os.Command;
import io.pgha.os.CommandFailed;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Looks for ways into this host that do not pass the gate: programs that listen on other ports (a pooler on 6432), and rules that
 * send packets past the host's own input (ports published by Docker). It only lists: whether they lead to PostgreSQL is for a
 * person to say. Without root, the names of other users' programs are unknown.
 */
public final class ListenerCheck {

    /** Columns of ss -l: state, two queues, local address, peer address, program. */
    private static final Pattern LINE = Pattern.compile(
            "LISTEN\\s+\\d+\\s+\\d+\\s+(\\S+):(\\d+)\\s+\\S+(?:\\s+users:\\(\\(\"([^\"]*)\".*)?.*");

    private static final Pattern LOOPBACK =
            Pattern.compile("127\\..*|\\[::1\\]|\\[::ffff:127\\..*");
    /** Programs that hand connections on to PostgreSQL, or are PostgreSQL. */
    private static final Pattern DOOR = Pattern.compile(
            "postgres|postmaster|pgbouncer|pgpool|odyssey|pgcat|pgagroal.*|haproxy|docker-proxy|rootlessport");

    private ListenerCheck() {}

    /**
     * A program that listens where the gate is not.
     *
     * @param address as ss prints it, "0.0.0.0", "[::]"
     * @param port TCP
     * @param program its name; empty when this process may not see it
     */
    public record Listener(String address, int port, Optional<String> program) {

        /** A program known to lead to PostgreSQL: its port belongs into gate.ports. */
        public boolean isLikelyDoor() {
            return program.filter(name -> DOOR.matcher(name).matches()).isPresent();
        }
    }

    /**
     * What was found.
     *
     * @param listeners beyond loopback and the gate's ports
     * @param rewrites firewall rules that name a gated port and change where packets go, as their program prints them
     * @param unseen looks that failed, each with its reason
     */
    public record Report(List<Listener> listeners, List<String> rewrites, List<String> unseen) {
        public Report {
            listeners = List.copyOf(listeners);
            rewrites = List.copyOf(rewrites);
            unseen = List.copyOf(unseen);
        }
    }

    /**
     * Looks once.
     *
     * @param deadline of each of the four programs that are asked
     */
    public static Report look(GateRules rules, Duration deadline) {
        List<String> unseen = new ArrayList<>();
        List<Listener> listeners = ask(
                        List.of("ss", "-H", "-l", "-t", "-n", "-p"), deadline, unseen)
                .flatMap(line -> listener(line).stream())
                .filter(listener -> !rules.ports().contains(listener.port()))
                .distinct()
                .toList();
        String ports =
                String.join("|", rules.ports().stream().map(String::valueOf).toList());
        Pattern gated = Pattern.compile("(?i)\\b(dnat|redirect|tproxy)\\b.*\\b(" + ports
                + ")\\b|\\b(" + ports + ")\\b.*\\b(dnat|redirect|tproxy)\\b");
        List<String> rewrites = new ArrayList<>();
        for (List<String> argv : List.of(
                List.of("iptables", "-w", "1", "-t", "nat", "-S"),
                List.of("ip6tables", "-w", "1", "-t", "nat", "-S"),
                List.of("nft", "-n", "list", "ruleset"))) {
            ask(argv, deadline, unseen)
                    .map(String::strip)
                    .filter(line -> gated.matcher(line).find())
                    .forEach(line -> rewrites.add(argv.get(0) + ": " + line));
        }
        return new Report(listeners, rewrites, unseen);
    }

    private static Stream<String> ask(List<String> argv, Duration deadline, List<String> unseen) {
        try {
            return Command.of(argv).runOk(deadline).wholeOut().lines();
        } catch (CommandFailed e) {
            unseen.add(e.words());
            return Stream.empty();
        }
    }

    private static Optional<Listener> listener(String line) {
        Matcher matcher = LINE.matcher(line);
        if (!matcher.matches() || LOOPBACK.matcher(matcher.group(1)).matches()) {
            return Optional.empty();
        }
        return Optional.of(new Listener(
                matcher.group(1),
                Integer.parseInt(matcher.group(2)),
                Optional.ofNullable(matcher.group(3))));
    }
}
