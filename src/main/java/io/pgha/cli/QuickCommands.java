package io.pgha.cli;

import io.pgha.http.Call;
import io.pgha.model.NodeId;

import java.nio.file.Path;
import java.util.Optional;

/**
 * The commands that cron and monitoring call all day, without the 90 ms that picocli's reflection costs each time; and the
 * daemon, which would hold its classes as long as it runs. Only plain forms are taken here; whatever is not understood to the
 * last word is left to picocli, help and errors included.
 */
final class QuickCommands {

    private QuickCommands() {}

    /** The exit code, or empty when this is none of the plain forms. */
    static Optional<Integer> run(String[] args, Terminal terminal, DaemonRun daemon) {
        Path config = Desk.DEFAULT_CONFIG;
        Optional<NodeId> node = Optional.empty();
        boolean json = false;
        String command = "";
        for (int i = 0; i < args.length; i++) {
            boolean more = i + 1 < args.length;
            switch (args[i]) {
                case "--json" -> json = true;
                case "status", "is-primary", "version", "daemon" -> {
                    if (!command.isEmpty()) {
                        return Optional.empty();
                    }
                    command = args[i];
                }
                case "--config" -> {
                    if (!more) {
                        return Optional.empty();
                    }
                    config = Path.of(args[++i]);
                }
                case "--node" -> {
                    if (!more) {
                        return Optional.empty();
                    }
                    try {
                        node = Optional.of(new NodeId(args[++i]));
                    } catch (IllegalArgumentException e) {
                        return Optional.empty();
                    }
                }
                default -> {
                    return Optional.empty();
                }
            }
        }
        Desk desk = new Desk(config, node, Desk.DEFAULT_LIMIT, terminal);
        Call.Form form = json ? Call.Form.JSON : Call.Form.TEXT;
        return switch (command) {
            case "status" -> Optional.of(StatusCommand.run(desk, form));
            case "is-primary" -> Optional.of(IsPrimaryCommand.run(desk, form));
            case "daemon" -> json ? Optional.empty() : Optional.of(DaemonCommand.run(desk, daemon));
            case "version" -> Optional.of(VersionCommand.run(terminal, json));
            default -> Optional.empty();
        };
    }
}
