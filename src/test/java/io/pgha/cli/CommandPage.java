package io.pgha.cli;

import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What pgha(1) says of the commands, as {@code --help} says it. */
final class CommandPage {

    private final CommandLine pgha;

    CommandPage(CommandLine pgha) {
        this.pgha = pgha;
    }

    /** Each command once: aliases are left out. */
    static List<CommandLine> subcommands(CommandLine line) {
        List<CommandLine> all = new ArrayList<>();
        for (Map.Entry<String, CommandLine> entry : line.getSubcommands().entrySet()) {
            if (entry.getKey().equals(entry.getValue().getCommandName())
                    && !entry.getValue().getCommandSpec().usageMessage().hidden()) {
                all.add(entry.getValue());
            }
        }
        return all;
    }

    /** Options that are this command's own, and not those of every command. */
    static List<OptionSpec> ownOptions(CommandSpec spec) {
        return spec.options().stream()
                .filter(o -> !o.inherited() && !o.hidden() && !o.usageHelp() && !o.versionHelp())
                .toList();
    }

    static String sentence(ArgSpec argument) {
        return String.format(String.join(" ", argument.description()));
    }

    static String sentence(CommandSpec spec) {
        return String.format(String.join(" ", spec.usageMessage().description()));
    }

    /** The section of the commands. */
    String commands() {
        StringBuilder page = new StringBuilder();
        for (CommandLine command : subcommands(pgha)) {
            describe(command, command.getCommandName(), page);
        }
        return page.toString();
    }

    private static void describe(CommandLine command, String name, StringBuilder page) {
        CommandSpec spec = command.getCommandSpec();
        page.append(".TP\n").append(Roff.bold(name)).append(synopsis(spec)).append('\n');
        page.append(Roff.text(sentence(spec))).append('\n');
        List<OptionSpec> options = ownOptions(spec);
        List<PositionalParamSpec> parameters = spec.positionalParameters().stream()
                .filter(p -> !p.hidden() && p.description().length > 0)
                .toList();
        if (!options.isEmpty() || !parameters.isEmpty()) {
            page.append(".RS\n");
            parameters.forEach(p -> page.append(".TP\n")
                    .append(Roff.italic(p.paramLabel()))
                    .append('\n')
                    .append(Roff.text(sentence(p)))
                    .append('\n'));
            options.forEach(o -> option(o, page));
            page.append(".RE\n");
        }
        for (CommandLine inner : subcommands(command)) {
            describe(inner, name + " " + inner.getCommandName(), page);
        }
    }

    private static String synopsis(CommandSpec spec) {
        StringBuilder words = new StringBuilder();
        for (PositionalParamSpec p : spec.positionalParameters()) {
            if (!p.hidden()) {
                String label = Roff.italic(p.paramLabel());
                words.append(' ').append(p.required() ? label : "[" + label + "]");
            }
        }
        return words.toString();
    }

    private static void option(OptionSpec option, StringBuilder page) {
        List<String> names = List.of(option.names()).stream().map(Roff::bold).toList();
        page.append(".TP\n").append(String.join(", ", names));
        if (option.arity().max() > 0) {
            page.append('=').append(Roff.italic(option.paramLabel()));
        }
        page.append('\n').append(Roff.text(sentence(option))).append('\n');
    }

    /** The options of every command. */
    String options() {
        StringBuilder page = new StringBuilder();
        pgha.getCommandSpec().options().stream()
                .filter(o -> !o.hidden())
                .forEach(o -> option(o, page));
        return page.toString();
    }

    /** The exit codes. */
    String exitCodes() {
        StringBuilder page = new StringBuilder();
        pgha.getCommandSpec()
                .usageMessage()
                .exitCodeList()
                .forEach((code, meaning) -> page.append(".TP\n")
                        .append(Roff.bold(code.strip()))
                        .append('\n')
                        .append(Roff.text(meaning))
                        .append('\n'));
        return page.toString();
    }
}
