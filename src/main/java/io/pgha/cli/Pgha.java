package io.pgha.cli;

import io.pgha.http.Call;
import io.pgha.model.NodeId;

import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** The command {@code pgha}: options that every command takes, and the list of commands. */
@Command(
        name = "pgha",
        description = "Failover for two PostgreSQL nodes behind a traffic manager.",
        mixinStandardHelpOptions = true,
        versionProvider = VersionCommand.class,
        scope = ScopeType.INHERIT,
        synopsisSubcommandLabel = "COMMAND",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:fine",
            "1:the operation failed, nothing is worse than before",
            "2:bad usage or configuration",
            "3:degraded: it works, but one more fault would hurt",
            "4:critical: no writable primary, two of them, or not to be found out",
            "5:refused for safety; the message says what to do",
            "6:interrupted, can be resumed"
        })
public final class Pgha implements Runnable {

    private static final Set<String> ABOUT_ALL =
            Set.of("help", "--help", "-h", "generate-completion");

    @Option(
            names = "--config",
            paramLabel = "FILE",
            scope = ScopeType.INHERIT,
            description = "configuration file (default: /etc/pgha/pgha.conf)")
    private Path config = Desk.DEFAULT_CONFIG;

    @Option(
            names = "--node",
            paramLabel = "NAME",
            scope = ScopeType.INHERIT,
            description =
                    "which node of the file this is (default: the one whose host is a local address)")
    private Optional<NodeId> node = Optional.empty();

    @Option(
            names = "--json",
            scope = ScopeType.INHERIT,
            description = "write JSON, keys in lower_snake, spans in ms, unknown is null")
    private boolean json;

    @Option(
            names = "--timeout",
            paramLabel = "SPAN",
            scope = ScopeType.INHERIT,
            description =
                    "how long the daemon may take to answer, such as 500ms, 10s, 2min (default: 10s)")
    private Optional<Duration> timeout = Optional.empty();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private final Terminal terminal;

    private Pgha(Terminal terminal) {
        this.terminal = terminal;
    }

    /** Runs one command line; returns its exit code and never ends the process itself. */
    public static int run(String[] args, Terminal terminal, DaemonRun daemon) {
        return QuickCommands.run(args, terminal, daemon)
                .orElseGet(() ->
                        only(new HashSet<>(List.of(args)), terminal, daemon).execute(args));
    }

    /** Every command, for the manual and the completions. */
    static CommandLine full(Terminal terminal, DaemonRun daemon) {
        return only(Set.of(), terminal, daemon);
    }

    /**
     * The commands that are among these words, or every one when none is or the words ask about all: to read what all of
     * them declare takes a tenth of a second, at every start.
     */
    private static CommandLine only(Set<String> words, Terminal terminal, DaemonRun daemon) {
        Pgha pgha = new Pgha(terminal);
        CommandLine line = new CommandLine(pgha);
        Map<String, Supplier<Object>> commands = commands(pgha, daemon);
        boolean all = !Collections.disjoint(words, ABOUT_ALL)
                || Collections.disjoint(words, commands.keySet());
        commands.forEach((name, command) -> {
            if (all || words.contains(name)) {
                line.addSubcommand(name, command.get());
            }
        });
        return line.registerConverter(Duration.class, Pgha::span)
                .registerConverter(NodeId.class, NodeId::new)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setAbbreviatedOptionsAllowed(false)
                .setOut(new PrintWriter(terminal.out(), true, StandardCharsets.UTF_8))
                .setErr(new PrintWriter(terminal.err(), true, StandardCharsets.UTF_8))
                .setExecutionExceptionHandler((e, at, parsed) -> {
                    terminal.complain(
                            "pgha " + at.getCommandName() + " failed inside: " + e
                                    + ". This is a defect; please report it with the output of pgha version");
                    return Exit.FAILED;
                });
    }

    /** By their names, in the order of the help. */
    private static Map<String, Supplier<Object>> commands(Pgha pgha, DaemonRun daemon) {
        Map<String, Supplier<Object>> commands = new LinkedHashMap<>();
        commands.put("daemon", () -> new DaemonCommand(pgha, daemon));
        commands.put("witness", () -> new WitnessCommand(pgha));
        commands.put("status", () -> new StatusCommand(pgha));
        commands.put("watch", () -> new WatchCommand(pgha));
        commands.put("is-primary", () -> new IsPrimaryCommand(pgha));
        commands.put("events", () -> new EventsCommand(pgha));
        commands.put("explain", () -> new ExplainCommand(pgha));
        commands.put("check", () -> new CheckCommand(pgha));
        commands.put("promote", () -> new PromoteCommand(pgha));
        commands.put("switchover", () -> new SwitchoverCommand(pgha));
        commands.put("release", () -> new ReleaseCommand(pgha));
        commands.put("initialize", () -> new InitializeCommand(pgha));
        commands.put("rejoin", () -> new RejoinCommand(pgha));
        commands.put("pause", () -> new PauseCommand(pgha));
        commands.put("resume", () -> new ResumeCommand(pgha));
        commands.put("standby", () -> new StandbyCommand(pgha));
        commands.put("unstandby", () -> new UnstandbyCommand(pgha));
        commands.put("acknowledge", () -> new AcknowledgeCommand(pgha));
        commands.put("gate", () -> new GateCommand(pgha));
        commands.put("fence", () -> new FenceCommand(pgha));
        commands.put("check-start", () -> new CheckStartCommand(pgha));
        commands.put("check-access", () -> new CheckAccessCommand(pgha));
        commands.put("setup", () -> new SetupCommand(pgha));
        commands.put("keygen", () -> new KeygenCommand(pgha));
        commands.put("config", () -> new ConfigCommand(pgha));
        commands.put("support-bundle", () -> new SupportBundleCommand(pgha));
        commands.put("version", () -> new VersionCommand(pgha));
        commands.put("generate-completion", AutoComplete.GenerateCompletion::new);
        commands.put("help", CommandLine.HelpCommand::new);
        return commands;
    }

    /** {@code pgha} alone: the help, and exit code 2, since nothing was asked. */
    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "name a command");
    }

    /** The way to the daemon, as the options say. */
    Desk desk() {
        return new Desk(config, node, timeout.orElse(Desk.DEFAULT_LIMIT), terminal);
    }

    /** The file named with {@code --config}, or another default than the nodes'. */
    Path configOr(Path other) {
        return config.equals(Desk.DEFAULT_CONFIG) ? other : config;
    }

    /** How long the daemon may take when {@code --timeout} is not given and the command knows better. */
    Duration limitOr(Duration otherwise) {
        return timeout.orElse(otherwise);
    }

    Terminal terminal() {
        return terminal;
    }

    /** JSON where asked for, colours where a person looks. */
    Call.Form form() {
        if (json) {
            return Call.Form.JSON;
        }
        return terminal.isInteractive() ? Call.Form.COLOR : Call.Form.TEXT;
    }

    boolean isJson() {
        return json;
    }

    private static Duration span(String text) {
        String number = text.replaceAll("[a-z]+$", "");
        long n = Long.parseLong(number);
        return switch (text.substring(number.length())) {
            case "ms" -> Duration.ofMillis(n);
            case "", "s" -> Duration.ofSeconds(n);
            case "m", "min" -> Duration.ofMinutes(n);
            case "h" -> Duration.ofHours(n);
            default ->
                throw new CommandLine.TypeConversionException(
                        "'" + text + "' is not a span: write it like 500ms, 10s or 2min");
        };
    }
}
