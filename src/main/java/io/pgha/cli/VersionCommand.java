package io.pgha.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

import java.util.Optional;
import java.util.concurrent.Callable;

/** {@code pgha version}: what runs here, for reports. */
@Command(name = "version", description = "Print the version of pgha and of Java.")
public final class VersionCommand implements Callable<Integer>, IVersionProvider {

    private final Optional<Pgha> pgha;

    VersionCommand(Pgha pgha) {
        this.pgha = Optional.of(pgha);
    }

    /** For picocli, which asks for {@code --version}. */
    public VersionCommand() {
        this.pgha = Optional.empty();
    }

    /** The version of this build, from the manifest of its jar; "development" when it runs from class files. */
    public static String version() {
        return Optional.ofNullable(VersionCommand.class.getPackage().getImplementationVersion())
                .orElse("development");
    }

    static int run(Terminal terminal, boolean json) {
        String java = Runtime.version().toString();
        terminal.out()
                .println(
                        json
                                ? "{\"pgha\":\"" + version() + "\",\"java\":\"" + java + "\"}"
                                : "pgha " + version() + ", Java " + java);
        return Exit.OK;
    }

    @Override
    public String[] getVersion() {
        return new String[] {"pgha " + version()};
    }

    @Override
    public Integer call() {
        return pgha.map(p -> run(p.terminal(), p.isJson())).orElse(Exit.USAGE);
    }
}
