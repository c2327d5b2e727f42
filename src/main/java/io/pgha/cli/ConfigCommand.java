package io.pgha.cli;

import io.pgha.config.InvalidConfiguration;
import io.pgha.config.SettingsText;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code pgha config}: what the file says, once it is read. */
@Command(name = "config", description = "Show, check or import a configuration.")
final class ConfigCommand implements Runnable {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private final Pgha pgha;

    ConfigCommand(Pgha pgha) {
        this.pgha = pgha;
    }

    @Command(
            name = "show",
            description = "Print every setting in force, and where it comes from; no secrets.")
    int show() {
        try {
            pgha.terminal().out().print(SettingsText.show(pgha.desk().settings()));
            return Exit.OK;
        } catch (InvalidConfiguration e) {
            return refuse(e);
        }
    }

    @Command(name = "check", description = "Read the file and print every complaint at once.")
    int check() {
        try {
            pgha.terminal().out().println(pgha.desk().settings().file() + " is sound");
            return Exit.OK;
        } catch (InvalidConfiguration e) {
            return refuse(e);
        }
    }

    private int refuse(InvalidConfiguration e) {
        pgha.terminal().err().println(e.getMessage());
        return Exit.USAGE;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "name one of: show, check");
    }
}
