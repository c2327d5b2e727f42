package io.pgha;

import io.pgha.cli.Pgha;
import io.pgha.cli.Terminal;
import io.pgha.daemon.Daemon;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** The one entry point: {@code pgha COMMAND}. */
public final class Main {

    private Main() {}

    public static void main(String[] args) {
        // A console exists only when both ends are a terminal, which is when a person can be asked.
        Optional<BufferedReader> person = Optional.ofNullable(System.console())
                .map(c -> new BufferedReader(
                        new InputStreamReader(System.in, StandardCharsets.UTF_8)));
        Terminal terminal = new Terminal(System.out, System.err, person);
        // Not a method reference: that would load the daemon for every pgha status.
        System.exit(Pgha.run(args, terminal, configuration -> Daemon.run(configuration)));
    }
}
