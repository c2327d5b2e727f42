package io.pgha.cli;

import ch.qos.logback.classic.LoggerContext;

import io.pgha.arbiter.Witness;
import io.pgha.config.InvalidConfiguration;
import io.pgha.config.WitnessFile;
import io.pgha.config.WitnessSettings;
import io.pgha.model.MonoTime;
import io.pgha.peer.PairKeyException;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import picocli.CommandLine.Command;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** {@code pgha witness}: what systemd starts on the third host, in the foreground. */
@Command(
        name = "witness",
        description =
                "Run the witness in the foreground; systemd does this on the third host. Reads /etc/pgha/witness.conf.")
final class WitnessCommand implements Callable<Integer> {

    private static final long LEAVE_SECONDS = 5;

    private final Pgha pgha;

    WitnessCommand(Pgha pgha) {
        this.pgha = pgha;
    }

    @Override
    public Integer call() {
        WitnessSettings settings;
        try {
            settings = WitnessFile.load(pgha.configOr(WitnessFile.DEFAULT));
        } catch (InvalidConfiguration e) {
            pgha.terminal().err().println(e.getMessage());
            return Exit.USAGE;
        }
        return serve(settings);
    }

    private static int serve(WitnessSettings settings) {
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            context.putProperty("node", "witness");
        }
        Logger log = LoggerFactory.getLogger("pgha");
        CountDownLatch end = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(1);
        try (Witness witness =
                Witness.open(settings, () -> new MonoTime(System.nanoTime()), log::info)) {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> leave(end, ended), "stop"));
            log.info(
                    "witness of {} listens on {} port {}",
                    String.join(", ", witness.pairs()),
                    settings.listen(),
                    witness.port());
            end.await();
            log.info("witness stops; the nodes go on with each other's leases");
            return Exit.OK;
        } catch (PairKeyException e) {
            return refuse(log, e, Exit.USAGE);
        } catch (IOException e) {
            return refuse(log, e, Exit.FAILED);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Exit.FAILED;
        } finally {
            ended.countDown();
        }
    }

    private static int refuse(Logger log, Exception why, int code) {
        log.error("the witness does not start: {}", why.getMessage());
        return code;
    }

    /** On a signal: the register is closed in order before the process goes. */
    private static void leave(CountDownLatch end, CountDownLatch ended) {
        end.countDown();
        try {
            if (!ended.await(LEAVE_SECONDS, TimeUnit.SECONDS)) {
                LoggerFactory.getLogger("pgha").info("witness stops late");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
