package io.pgha.cli;

import io.pgha.cli.Finding.Grade;
import io.pgha.config.InvalidConfiguration;
import io.pgha.config.Settings;
import io.pgha.config.WorstCase;
import io.pgha.engine.Coverage;
import io.pgha.engine.Exposure;
import io.pgha.json.Members;

import picocli.CommandLine.Command;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;

/** {@code pgha check}: would a failover work? Configuration, this machine, both servers, both daemons. */
@Command(
        name = "check",
        description = {
            "Look whether everything that a failover needs is in place; changes nothing.",
            "Each line says ok, warn or FAIL, what was seen, and after -> what mends it.",
            "Exits 0 when all is ok, 3 with a warning, 2 with a FAIL."
        })
final class CheckCommand implements Callable<Integer> {

    private final Pgha pgha;

    CheckCommand(Pgha pgha) {
        this.pgha = pgha;
    }

    @Override
    public Integer call() throws InterruptedException {
        try {
            Desk desk = pgha.desk();
            Settings settings = desk.settings();
            List<Finding> found = look(desk, settings);
            print(settings, found);
            return exitCode(found);
        } catch (InvalidConfiguration e) {
            pgha.terminal().err().println(e.getMessage());
            return Exit.USAGE;
        }
    }

    /** All that can be found out from here, in the order in which it is shown. */
    static List<Finding> look(Desk desk, Settings settings)
            throws InvalidConfiguration, InterruptedException {
        List<Finding> found = new ArrayList<>();
        found.add(Finding.ok(
                "configuration",
                settings.file() + " as " + settings.self().id() + ", guard "
                        + settings.policy().guard() + ", profile "
                        + settings.policy().profile()));
        DaemonChecks daemon = DaemonChecks.ask(desk, settings);
        found.addAll(new LocalChecks(settings).all(daemon.gate()));
        found.addAll(new PlatformChecks(settings).all());
        found.addAll(FenceChecks.of(settings));
        found.addAll(new ServerChecks(settings).all());
        found.addAll(PoolerChecks.of(settings));
        found.addAll(daemon.all());
        return found;
    }

    static int exitCode(List<Finding> found) {
        Grade worst = found.stream()
                .map(Finding::grade)
                .reduce(Grade.OK, (a, b) -> a.compareTo(b) >= 0 ? a : b);
        return switch (worst) {
            case OK -> Exit.OK;
            case WARN -> Exit.DEGRADED;
            case FAIL -> Exit.USAGE;
        };
    }

    private static Members members(Finding finding) {
        return new Members()
                .put("grade", finding.grade().name())
                .put("name", finding.name())
                .put("words", finding.words())
                .put("remedy", finding.remedy());
    }

    private void print(Settings settings, List<Finding> found) {
        if (pgha.isJson()) {
            pgha.terminal()
                    .out()
                    .println(Members.indented(
                            found.stream().map(CheckCommand::members).toList()));
            return;
        }
        found.forEach(f -> pgha.terminal().out().println(f.line()));
        pgha.terminal().out().println("\nHow long clients can be without a primary, at most:");
        WorstCase.of(settings).forEach(l -> pgha.terminal().out().println("  " + l));
        pgha.terminal()
                .out()
                .println("\nWho ends which fault under guard "
                        + settings.policy().guard().name().toLowerCase(Locale.ROOT) + ":");
        for (Coverage.Row row : Coverage.of(settings.policy())) {
            pgha.terminal()
                    .out()
                    .println("  " + (row.faults() == 1 ? "one fault " : "two faults") + "  "
                            + String.format(Locale.ROOT, "%-11s", row.by().words()) + "  "
                            + row.fault() + ": " + row.what());
        }
        pgha.terminal().out().println("\nNot covered by this configuration:");
        Exposure.of(settings.policy()).forEach(l -> pgha.terminal().out().println("  " + l));
    }
}
