package io.pgha.cli;

import io.pgha.config.InvalidConfiguration;
import io.pgha.engine.Request;
import io.pgha.http.Call;
import io.pgha.model.Policy.AtBoot;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.time.Duration;
import java.util.concurrent.Callable;

/** {@code pgha check-start}: the boot hook. May PostgreSQL start here, and as what? */
@Command(
        name = "check-start",
        description = {
            "At boot: decide whether PostgreSQL may start here and as what, and start it.",
            "Exit 5: it must not. On a terminal it asks first; the unit passes --yes."
        })
final class CheckStartCommand implements Callable<Integer> {

    /** The daemon asks the peer and waits for it, and recovery may be long; it answers as soon as it is decided. */
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    /** At boot the daemon is started just before. */
    private static final Duration DAEMON_PATIENCE = Duration.ofSeconds(30);

    @Mixin
    private ChangeOptions options = new ChangeOptions();

    @Option(
            names = "--at-boot",
            description =
                    "said by the unit: with boot = manual only print the decision, and exit 5")
    private boolean atBoot;

    private final Pgha pgha;

    CheckStartCommand(Pgha pgha) {
        this.pgha = pgha;
    }

    @Override
    public Integer call() {
        try {
            pgha.desk().awaitDaemon(DAEMON_PATIENCE);
            if (atBoot && pgha.desk().settings().policy().atBoot() == AtBoot.MANUAL) {
                return leave();
            }
        } catch (InvalidConfiguration e) {
            pgha.terminal().err().println(e.getMessage());
            return Exit.USAGE;
        }
        return new Change(pgha, options, PATIENCE, Request.CheckStart::new)
                .run("PostgreSQL is started if the decision allows it.");
    }

    private int leave() {
        Call look = Call.ask(new Request.CheckStart(true), pgha.limitOr(PATIENCE));
        int code = pgha.desk().print(look, Exit.CRITICAL);
        pgha.terminal()
                .complain(
                        "boot = manual: nothing was started. When you have looked: pgha check-start");
        return code == Exit.OK ? Exit.REFUSED : code;
    }
}
