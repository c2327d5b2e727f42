package io.pgha.cli;

import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Completion for zsh with the words of {@code --help}; picocli makes one for bash only. */
final class ZshCompletion {

    private ZshCompletion() {}

    /** The file {@code _pgha}. */
    static String of(CommandLine pgha) {
        StringBuilder script = new StringBuilder("#compdef pgha\n\n");
        script.append("local -a every=(\n");
        pgha.getCommandSpec().options().stream()
                .filter(o -> !o.hidden())
                .forEach(o -> options(o).forEach(line -> script.append(line).append('\n')));
        script.append(")\nlocal state line\nlocal -A opt_args\n\n");
        List<CommandLine> commands = CommandPage.subcommands(pgha);
        script.append("_arguments -C \"${every[@]}\" ").append(oneOf(commands));
        script.append(
                " '*:: :->argument'\n[[ $state == argument ]] || return\n\ncase $line[1] in\n");
        for (CommandLine command : commands) {
            script.append(command.getCommandName()).append(")\n    _arguments \"${every[@]}\"");
            CommandPage.ownOptions(command.getCommandSpec())
                    .forEach(o ->
                            options(o).forEach(line -> script.append(" \\\n").append(line)));
            argument(command).ifPresent(words -> script.append(" \\\n        ").append(words));
            script.append("\n    ;;\n");
        }
        return script.append("esac\n").toString();
    }

    private static Optional<String> argument(CommandLine command) {
        List<CommandLine> inner = CommandPage.subcommands(command);
        CommandSpec spec = command.getCommandSpec();
        if (!inner.isEmpty()) {
            return Optional.of(oneOf(inner));
        }
        return spec.positionalParameters().stream()
                .filter(p -> p.type().equals(Path.class))
                .findFirst()
                .map(p -> quoted("*:" + p.paramLabel() + ":_files"));
    }

    private static String oneOf(List<CommandLine> commands) {
        List<String> words = new ArrayList<>();
        for (CommandLine command : commands) {
            String first =
                    CommandPage.sentence(command.getCommandSpec()).replaceFirst("\\. .*", ".");
            words.add(
                    command.getCommandName() + "\\:\"" + first.replaceAll("[\"`$\\\\]", "") + "\"");
        }
        return quoted("1:command:((" + String.join(" ", words) + "))");
    }

    /** One line for each name of an option. */
    private static List<String> options(OptionSpec option) {
        String what = CommandPage.sentence(option).replaceAll("[\\[\\]\\\\:]", "\\\\$0");
        List<String> lines = new ArrayList<>();
        for (String name : option.names()) {
            boolean isFile = option.type().equals(Path.class) || isOptionalFile(option);
            String value = option.arity().max() == 0
                    ? ""
                    : ":" + option.paramLabel() + ":" + (isFile ? "_files" : "");
            lines.add("        "
                    + quoted(name + (value.isEmpty() ? "" : "=") + "[" + what + "]" + value));
        }
        return lines;
    }

    private static boolean isOptionalFile(OptionSpec option) {
        return option.typeInfo().isOptional() && option.auxiliaryTypes()[0].equals(Path.class);
    }

    private static String quoted(String words) {
        return "'" + words.replace("'", "'\\''") + "'";
    }
}
