package io.pgha.cli;

import io.pgha.config.InvalidConfiguration;
import io.pgha.config.Settings;
import io.pgha.config.Settings.FenceSettings;
import io.pgha.fence.Fencing;
import io.pgha.fence.Fencing.Look;
import io.pgha.http.Amounts;
import io.pgha.json.Members;
import io.pgha.model.NodeId;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@code pgha fence}: the devices that switch the other node off. The agents run in this process, as whoever types it. */
@Command(
        name = "fence",
        description = "Look at the devices that switch the other node off, or try them.")
final class FenceCommand implements Runnable {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private final Pgha pgha;

    FenceCommand(Pgha pgha) {
        this.pgha = pgha;
    }

    /** Exit 2 when a device file cannot be used, and here as for all where nothing is configured. */
    @Command(name = "list", description = "List the devices, level by level; no agent is run.")
    int list() {
        return with((settings, fence) -> {
            Table table = new Table(settings.peer().id());
            List<Look> looks = Fencing.ofPeer(settings, fence).list();
            looks.forEach(look -> table.add("", look));
            for (int i = 0; i < fence.self().size(); i++) {
                int level = i + 1;
                fence.self()
                        .get(i)
                        .forEach(device ->
                                table.own(settings.self().id(), level, device.toString()));
            }
            return table.print(looks, Exit.USAGE);
        });
    }

    /** Exit 0 when each device says on or off, 3 when one does not. */
    @Command(name = "status", description = "Ask each device whether the other node is on or off.")
    int status() {
        return with((settings, fence) -> {
            Table table = new Table(settings.peer().id());
            List<Look> looks = Fencing.ofPeer(settings, fence).status(fence.timeout());
            looks.forEach(look -> table.add("status", look));
            return table.print(looks, Exit.DEGRADED);
        });
    }

    /** Exit 0 when each device did as asked, 1 when one did not, 5 when switching off was refused. */
    @Command(
            name = "test",
            description = {
                "Ask each device of the other node for monitor and status.",
                "With --off the other node is really switched off, by the levels in their order."
            })
    int test(
            @Option(names = "--off", description = "switch the other node's machine off")
                    boolean off,
            @Option(
                            names = "--force",
                            description =
                                    "with --off: also when the other node serves, or nobody knows")
                    boolean force,
            @Mixin ChangeOptions options) {
        return with((settings, fence) -> {
            Fencing fencing = Fencing.ofPeer(settings, fence);
            if (off) {
                return switchOff(settings, fence, fencing, force, options);
            }
            Table table = new Table(settings.peer().id());
            List<Look> all = new ArrayList<>();
            for (Look look : fencing.monitor(fence.timeout())) {
                table.add("monitor", look);
                all.add(look);
            }
            for (Look look : fencing.status(fence.timeout())) {
                table.add("status", look);
                all.add(look);
            }
            return table.print(all, Exit.FAILED);
        });
    }

    private int switchOff(
            Settings settings,
            FenceSettings fence,
            Fencing fencing,
            boolean force,
            ChangeOptions options)
            throws InvalidConfiguration {
        NodeId peer = settings.peer().id();
        Optional<String> refusal =
                force ? Optional.empty() : FenceRefusal.of(pgha.desk(), settings);
        if (refusal.isPresent()) {
            pgha.terminal().complain(refusal.get());
            return Exit.REFUSED;
        }
        String what = peer
                + "'s machine is switched off by its fence devices; nobody switches it on again by itself.";
        if (options.isDryRun()) {
            pgha.terminal().out().println("would be done: " + what);
            return Exit.OK;
        }
        if (!options.isAgreed() && !pgha.terminal().isInteractive()) {
            pgha.terminal().complain(what + " Without a terminal this needs --yes");
            return Exit.USAGE;
        }
        if (!options.isAgreed() && !pgha.terminal().confirms(what)) {
            return Exit.FAILED;
        }
        try {
            return print(peer, fencing.off(fence.timeout()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            pgha.terminal().complain("interrupted; whether " + peer + " is off: pgha fence status");
            return Exit.INTERRUPTED;
        }
    }

    private int print(NodeId peer, Fencing.Result result) {
        if (pgha.isJson()) {
            pgha.terminal()
                    .out()
                    .println(new Members()
                            .put("node", peer.name())
                            .put("off", result.off())
                            .put("level", result.level())
                            .put("device", result.device())
                            .put("words", result.words())
                            .put("took_ms", result.took().toMillis())
                            .indented());
        } else if (result.off()) {
            pgha.terminal()
                    .out()
                    .println(peer + " is off: " + result.device() + ", level " + result.level()
                            + ", after " + Amounts.span(result.took()));
        }
        if (!result.off()) {
            pgha.terminal()
                    .complain(peer + " was not seen off: " + result.words()
                            + ". What its devices say: pgha fence test");
        }
        return result.off() ? Exit.OK : Exit.FAILED;
    }

    /** Lines for people, or one JSON array. */
    private final class Table {
        private final NodeId node;
        private final List<String> lines = new ArrayList<>();
        private final List<Members> json = new ArrayList<>();

        Table(NodeId node) {
            this.node = node;
        }

        void add(String question, Look look) {
            json.add(new Members()
                    .put("node", node.name())
                    .put("level", look.level())
                    .put("device", look.device())
                    .put("agent", look.agent())
                    .put("question", question)
                    .put("answer", look.answer())
                    .put("words", look.words())
                    .put("remedy", look.remedy())
                    .put("took_ms", look.took().toMillis()));
            String asked = question.isEmpty()
                    ? look.agent()
                    : question + " " + look.answer() + " after " + Amounts.span(look.took());
            lines.add(node + " level " + look.level() + "  " + look.device() + "  "
                    + (look.isFine()
                            ? asked
                            : look.answer() + ": " + look.words() + " -> " + look.remedy()));
        }

        void own(NodeId self, int level, String device) {
            json.add(new Members()
                    .put("node", self.name())
                    .put("level", level)
                    .put("device", device));
            lines.add(self + " level " + level + "  " + device + "  used by " + node);
        }

        int print(List<Look> looks, int otherwise) {
            if (pgha.isJson()) {
                pgha.terminal().out().println(Members.indented(json));
            } else {
                lines.forEach(line -> pgha.terminal().out().println(line));
            }
            return looks.stream().allMatch(Look::isFine) ? Exit.OK : otherwise;
        }
    }

    /** What is done where fencing is configured. */
    private interface Work {
        int run(Settings settings, FenceSettings fence) throws InvalidConfiguration;
    }

    private int with(Work work) {
        try {
            Settings settings = pgha.desk().settings();
            if (settings.fence().isEmpty()) {
                return none(settings);
            }
            return work.run(settings, settings.fence().get());
        } catch (InvalidConfiguration e) {
            pgha.terminal().err().println(e.getMessage());
            return Exit.USAGE;
        }
    }

    private int none(Settings settings) {
        if (pgha.isJson()) {
            pgha.terminal().out().println("[ ]");
        }
        pgha.terminal()
                .complain("fencing is not configured: " + settings.file() + " has no nodes."
                        + settings.peer().id()
                        + ".fence.levels; config/pgha.conf says what belongs there");
        return Exit.USAGE;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "name one of: list, status, test");
    }
}
