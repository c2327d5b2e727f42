package io.pgha.cli;

import io.pgha.model.Guard;
import io.pgha.model.NodeId;
import io.pgha.setup.Answers;
import io.pgha.setup.Route;
import io.pgha.setup.SetupRefused;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What {@code pgha setup} must know: from options, from replication, and from a person where one sits there. */
final class Interview {

    private static final String GUARDS = """
            When the primary falls silent, who may take over?
              manual     nobody by itself: a person types pgha promote
              failcount  the standby, after some seconds; a cut between the nodes makes two primaries
              gateway    the same, if it sees a place beyond both sites
              witness    the same, when a third host says that the primary's lease is over
              etcd       as witness, with an etcd that is there already
            """;

    private final Terminal terminal;
    private final Optional<String> follower;
    private final Given given;
    private final List<String> missing = new ArrayList<>();

    /** What the options say; the names are those of {@link Answers}. */
    record Given(
            NodeId self,
            NodeId peer,
            Optional<String> host,
            Optional<String> peerHost,
            Optional<Guard> guard,
            List<String> gateways,
            Optional<String> witness,
            List<String> etcd,
            List<String> more) {}

    /** @param follower the other node's address, where replication knows it */
    Interview(Terminal terminal, Optional<String> follower, Given given) {
        this.terminal = terminal;
        this.follower = follower;
        this.given = given;
    }

    /**
     * All of it.
     *
     * @throws SetupRefused naming every option that is missing, where nobody can be asked
     */
    Answers answers() throws SetupRefused {
        String peer = given.peerHost()
                .or(() -> asked("The other node's address", follower, Optional.of("--peer")))
                .orElse("");
        String host = given.host()
                .or(() -> asked(
                        "This node's address, as the other reaches it",
                        peer.isEmpty() ? Optional.empty() : Route.addressTowards(peer),
                        peer.isEmpty() ? Optional.empty() : Optional.of("--host")))
                .orElse("");
        Guard guard = given.guard().orElseGet(this::guard);
        List<String> gateways = places(
                given.gateways(), guard == Guard.GATEWAY, "Gateways, with commas", "--gateway");
        Optional<String> witness = given.witness();
        if (guard == Guard.WITNESS && witness.isEmpty()) {
            witness = asked("The witness's host", Optional.empty(), Optional.of("--witness"));
        }
        List<String> etcd =
                places(given.etcd(), guard == Guard.ETCD, "etcd's members, with commas", "--etcd");
        if (!missing.isEmpty()) {
            throw SetupRefused.input("setup needs " + String.join(", ", missing)
                    + ": neither replication nor a person at a terminal says it");
        }
        return new Answers(
                given.self(),
                given.peer(),
                host,
                peer,
                guard,
                gateways,
                witness,
                etcd,
                given.more());
    }

    private Guard guard() {
        terminal.err().print(terminal.isInteractive() ? GUARDS : "");
        while (true) {
            Optional<String> word = asked("Guard", Optional.empty(), Optional.of("--guard"));
            if (word.isEmpty()) {
                return Guard.MANUAL;
            }
            for (Guard guard : Guard.values()) {
                if (guard.name().toLowerCase(Locale.ROOT).equals(word.get())) {
                    return guard;
                }
            }
            terminal.err().println("'" + word.get() + "' is none of them.");
        }
    }

    private List<String> places(
            List<String> options, boolean needed, String question, String flag) {
        if (!options.isEmpty() || !needed) {
            return options;
        }
        return asked(question, Optional.empty(), Optional.of(flag))
                .map(line -> List.of(line.split("\\s*,\\s*", -1)))
                .orElse(List.of());
    }

    /** A person's answer, or what was found out; empty, with the option noted, when neither is there. */
    private Optional<String> asked(
            String question, Optional<String> proposed, Optional<String> flag) {
        Optional<String> answer =
                terminal.isInteractive() ? terminal.ask(question, proposed) : proposed;
        if (answer.isEmpty()) {
            flag.ifPresent(missing::add);
        }
        return answer;
    }
}
