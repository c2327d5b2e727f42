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
import java.util.Optional;

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
        return QuickCommands.run(args, terminal)
                .orElseGet(() -> full(terminal, daemon).execute(args));
    }

    /** Every command, for execution, help, completion and man pages. */
    static CommandLine full(Terminal terminal, DaemonRun daemon) {
        Pgha pgha = new Pgha(terminal);
        CommandLine line = new CommandLine(pgha)
                .addSubcommand(new DaemonCommand(pgha, daemon))
                .addSubcommand(new WitnessCommand(pgha))
                .addSubcommand(new StatusCommand(pgha))
                .addSubcommand(new WatchCommand(pgha))
                .addSubcommand(new IsPrimaryCommand(pgha))
                .addSubcommand(new EventsCommand(pgha))
                .addSubcommand(new ExplainCommand(pgha))
                .addSubcommand(new CheckCommand(pgha))
                .addSubcommand(new PromoteCommand(pgha))
                .addSubcommand(new ReleaseCommand(pgha))
                .addSubcommand(new InitializeCommand(pgha))
                .addSubcommand(new PauseCommand(pgha))
                .addSubcommand(new ResumeCommand(pgha))
                .addSubcommand(new StandbyCommand(pgha))
                .addSubcommand(new UnstandbyCommand(pgha))
                .addSubcommand(new AcknowledgeCommand(pgha))
                .addSubcommand(new GateCommand(pgha))
                .addSubcommand(new FenceCommand(pgha))
                .addSubcommand(new CheckStartCommand(pgha))
                .addSubcommand(new CheckAccessCommand(pgha))
                .addSubcommand(new KeygenCommand(pgha))
                .addSubcommand(new ConfigCommand(pgha))
                .addSubcommand(new VersionCommand(pgha))
                .addSubcommand(new AutoComplete.GenerateCompletion())
                .addSubcommand(new CommandLine.HelpCommand());
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
