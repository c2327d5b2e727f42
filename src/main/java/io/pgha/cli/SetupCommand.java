package io.pgha.cli;

import io.pgha.config.InvalidConfiguration;
import io.pgha.model.Guard;
import io.pgha.model.NodeId;
import io.pgha.setup.Answers;
import io.pgha.setup.Bundle;
import io.pgha.setup.FirstNode;
import io.pgha.setup.OtherNode;
import io.pgha.setup.Proposal;
import io.pgha.setup.Running;
import io.pgha.setup.Server;
import io.pgha.setup.SetupRefused;
import io.pgha.setup.Step;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;

/** {@code pgha setup}: from an installed package to a pair, on each node once. */
@Command(
        name = "setup",
        description = {
            "Set this node up: look at its PostgreSQL, show every change, and make them on consent.",
            "On the primary first; it writes a bundle that is carried to the other node and applied there with --from.",
            "Asks on a terminal what no option says. PostgreSQL is reloaded and never restarted; changed files keep a",
            "dated copy beside them; typed again it changes nothing. Ends with pgha check."
        })
final class SetupCommand implements Callable<Integer> {

    @Option(
            names = "--from",
            paramLabel = "FILE",
            description = "apply the bundle that pgha setup made on the other node")
    private Optional<Path> from = Optional.empty();

    @Option(names = "--peer", paramLabel = "HOST", description = "where the other node is reached")
    private Optional<String> peer = Optional.empty();

    @Option(
            names = "--host",
            paramLabel = "HOST",
            description = "where this node is reached (default: its address towards the other)")
    private Optional<String> host = Optional.empty();

    @Option(
            names = "--names",
            split = ",",
            paramLabel = "NAME",
            description = "the two names, this node's first (default: node1,node2)")
    private List<NodeId> names = List.of(new NodeId("node1"), new NodeId("node2"));

    @Option(
            names = "--guard",
            paramLabel = "GUARD",
            description =
                    "who may take over on silence: manual, failcount, gateway, witness or etcd; no default")
    private Optional<Guard> guard = Optional.empty();

    @Option(
            names = "--gateway",
            split = ",",
            paramLabel = "PLACE",
            description = "with guard gateway: host (ping) or host:port, beyond the site")
    private List<String> gateways = List.of();

    @Option(
            names = "--witness",
            paramLabel = "HOST",
            description = "with guard witness: the third host")
    private Optional<String> witness = Optional.empty();

    @Option(
            names = "--etcd",
            split = ",",
            paramLabel = "URL",
            description = "with guard etcd: its members")
    private List<String> etcd = List.of();

    @Option(
            names = "--set",
            paramLabel = "LINE",
            description =
                    "a line for the end of pgha.conf, such as 'sync = preferred'; may be given several times")
    private List<String> more = List.of();

    @Option(
            names = "--data",
            paramLabel = "DIRECTORY",
            description =
                    "whose server is meant, where several run; with --from also where this node's copy will lie")
    private Optional<Path> data = Optional.empty();

    @Option(
            names = "--bundle",
            paramLabel = "FILE",
            description =
                    "where the other node's bundle is written (default: NAME.bundle beside a new pgha.conf)")
    private Optional<Path> bundle = Optional.empty();

    @Mixin
    private ChangeOptions options = new ChangeOptions();

    private final Pgha pgha;

    SetupCommand(Pgha pgha) {
        this.pgha = pgha;
    }

    @Override
    public Integer call() throws InterruptedException {
        Desk desk = pgha.desk();
        try {
            Running running = Running.look(data);
            return carryOut(
                    from.isPresent()
                            ? new OtherNode(
                                            desk.config(),
                                            desk.node(),
                                            Bundle.read(from.get()),
                                            running,
                                            Instant.now())
                                    .propose(more)
                            : first(desk, running.require()));
        } catch (InvalidConfiguration e) {
            pgha.terminal().err().println(e.getMessage());
            return Exit.USAGE;
        } catch (SetupRefused e) {
            pgha.terminal().complain(e.words());
            return switch (e.why()) {
                case INPUT -> Exit.USAGE;
                case SAFETY -> Exit.REFUSED;
                case TROUBLE -> Exit.FAILED;
            };
        }
    }

    private Proposal first(Desk desk, Server server) throws SetupRefused, InvalidConfiguration {
        FirstNode first = new FirstNode(desk.config(), desk.node(), server, Instant.now());
        if (!first.isConfigured()) {
            return first.propose(Optional.of(answers(server)), bundle);
        }
        boolean shapes = guard.isPresent()
                || peer.isPresent()
                || host.isPresent()
                || witness.isPresent()
                || !(gateways.isEmpty() && etcd.isEmpty() && more.isEmpty());
        if (shapes) {
            throw SetupRefused.input(desk.config()
                    + " is there already and says all that: edit it, then type pgha setup alone");
        }
        return first.propose(Optional.empty(), bundle);
    }

    private Answers answers(Server server) throws SetupRefused {
        if (names.size() != 2) {
            throw SetupRefused.input(
                    "--names takes the two names of the pair: --names node1,node2");
        }
        return new Interview(
                        pgha.terminal(),
                        server.peer(),
                        new Interview.Given(
                                names.get(0),
                                names.get(1),
                                host,
                                peer,
                                guard,
                                gateways,
                                witness,
                                etcd,
                                more))
                .answers();
    }

    private int carryOut(Proposal proposal)
            throws SetupRefused, InvalidConfiguration, InterruptedException {
        PrintStream out = pgha.terminal().out();
        proposal.found().forEach(out::println);
        if (proposal.steps().isEmpty()) {
            out.println("\nNothing is to be changed.");
        } else {
            out.println("\nTo be changed, in this order:");
            for (Step step : proposal.steps()) {
                out.println("* " + step.words());
                step.lines().forEach(line -> out.println("    " + line));
            }
        }
        if (options.isDryRun()) {
            return Exit.OK;
        }
        if (!proposal.steps().isEmpty()) {
            if (!agreed()) {
                return pgha.terminal().isInteractive() ? Exit.FAILED : Exit.USAGE;
            }
            for (Step step : proposal.steps()) {
                String words = step.words();
                step.make();
                out.println("done: " + words);
            }
        }
        out.println("\nNext:");
        proposal.next().forEach(line -> out.println("  " + line));
        check(out);
        return Exit.OK;
    }

    /** Its findings alone: what the configuration covers is a page of its own. */
    private void check(PrintStream out) throws InvalidConfiguration, InterruptedException {
        Desk desk = pgha.desk();
        List<Finding> found = CheckCommand.look(desk, desk.settings());
        out.println("\npgha check:");
        found.forEach(f -> out.println("  " + f.line()));
        if (CheckCommand.exitCode(found) != Exit.OK) {
            out.println("What is not ok has its command behind the arrow; much of it ends with"
                    + " the steps under Next. Look again: pgha check");
        }
    }

    private boolean agreed() {
        if (options.isAgreed()) {
            return true;
        }
        if (!pgha.terminal().isInteractive()) {
            pgha.terminal()
                    .complain(
                            "nothing was done: there is no terminal to ask on. Type the same with --yes, or"
                                    + " with --dry-run to only look");
            return false;
        }
        if (!pgha.terminal().confirms("Make these changes?")) {
            pgha.terminal().err().println("Nothing was done.");
            return false;
        }
        return true;
    }
}
