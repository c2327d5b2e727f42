package io.pgha.cli;

import io.pgha.config.InvalidConfiguration;
import io.pgha.config.SeedImport;
import io.pgha.config.Settings;
import io.pgha.config.SettingsText;
import io.pgha.config.WorstCase;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.nio.file.Path;

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
            Settings settings = pgha.desk().settings();
            pgha.terminal().out().println(settings.file() + " is sound");
            pgha.terminal().out().println("How long clients can be without a primary, at most:");
            WorstCase.of(settings).forEach(line -> pgha.terminal().out().println("  " + line));
            return Exit.OK;
        } catch (InvalidConfiguration e) {
            return refuse(e);
        }
    }

    @Command(
            name = "import",
            description = {
                "Turn the settings of the failover scripts (/etc/sysconfig/pgsql-replication) into a",
                "configuration, printed to the output. The file is read as text and never executed."
            })
    int importSeed(
            @Parameters(
                            paramLabel = "FILE",
                            arity = "0..1",
                            defaultValue = "/etc/sysconfig/pgsql-replication",
                            description = "the scripts' settings (default: ${DEFAULT-VALUE})")
                    Path file) {
        try {
            SeedImport.Imported imported = SeedImport.convert(file);
            pgha.terminal().out().print(imported.text());
            imported.warnings().forEach(w -> pgha.terminal().err().println("warning: " + w));
            return Exit.OK;
        } catch (IOException e) {
            pgha.terminal()
                    .complain(file + " could not be read: " + e
                            + ". Name the file: pgha config import FILE");
            return Exit.FAILED;
        }
    }

    private int refuse(InvalidConfiguration e) {
        pgha.terminal().err().println(e.getMessage());
        return Exit.USAGE;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "name one of: show, check, import");
    }
}
