package io.pgha.daemon;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.config.Settings;
import io.pgha.decision.Memory;
import io.pgha.engine.Clock;
import io.pgha.engine.Outcome;
import io.pgha.model.Postmaster;
import io.pgha.network.GateRules;
import io.pgha.network.SocketKiller;
import io.pgha.os.AddressBook;
import io.pgha.peer.Keygen;
import io.pgha.peer.PairKey;
import io.pgha.plan.Step;
import io.pgha.plan.StopMode;
import io.pgha.postgres.CommitCounter;
import io.pgha.postgres.PostmasterLook;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** A begun step comes to an end that can be polled, whatever happens to the thread that carries it out. */
class HostActuatorTest {

    private static final long PATIENCE_SECONDS = 20;

    @TempDir
    private Path data;

    private final Clock clock = new HostClock();
    private final Semaphore ended = new Semaphore(0);

    /** As where the package was replaced under the running daemon: a class that is needed first now is not there. */
    private static final class Replaced extends UnusedControl {
        @Override
        public PostmasterLook postmaster() {
            return new PostmasterLook(Postmaster.STOPPED, OptionalLong.empty(), "");
        }

        @Override
        public boolean isStopping() {
            throw new NoClassDefFoundError("io/pgha/postgres/Stopping");
        }

        @Override
        public String stop(StopMode mode, Duration limit) {
            throw new NoClassDefFoundError("io/pgha/postgres/StopLadder");
        }
    }

    private HostActuator actuator(HostBed bed, HostSensors sensors) throws Exception {
        Settings settings = bed.settings();
        Path key = data.resolve("pair.key");
        new Keygen(Keygen.keytool(), Keygen.VALIDITY)
                .create(
                        key,
                        settings.self().id(),
                        settings.peer().id(),
                        Instant.now(),
                        Keygen.Existing.REFUSE);
        PairKey pair = PairKey.read(key, settings.self().id(), settings.peer().id());
        HostSteps steps = new HostSteps(
                settings,
                bed.walls(),
                new SocketKiller(GateRules.of(settings), HostBed.LIMIT),
                new CommitCounter(settings.postgres(), HostBed.LIMIT),
                () -> {
                    throw new SQLException("nobody is asked");
                },
                sensors,
                Optional.empty(),
                new Rescuer(settings, bed.walls().postgres(), pair, new AddressBook()));
        return new HostActuator(
                settings,
                steps,
                bed.gate(),
                new NewestMessage(clock::now, HostBed.LIMIT),
                now -> {},
                question -> {},
                new SyncKeeper(bed.walls().postgres(), data, sensors),
                ended::release);
    }

    @Test
    void aStepThatMeetsAnErrorHasFailedWithItsWordsAndTheNextOneIsCarriedOut() throws Exception {
        try (HostBed bed = new HostBed(data, 1, new Replaced(), clock)) {
            HostSensors sensors = bed.sensors();
            try (HostActuator actuator = actuator(bed, sensors)) {
                actuator.begin(
                        new Step.StopPostgres(StopMode.FAST),
                        Memory.BLANK,
                        sensors.read(clock.now()));
                assertFailed(actuator, "StopLadder");

                actuator.begin(new Step.StartPostgres(), Memory.BLANK, sensors.read(clock.now()));
                assertFailed(actuator, "postgres/Stopping");
            }
        }
    }

    private void assertFailed(HostActuator actuator, String words) throws InterruptedException {
        assertTrue(ended.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS), "it runs for ever");
        Outcome.Failed failed = assertInstanceOf(Outcome.Failed.class, actuator.poll());
        assertTrue(failed.why().contains(words), failed.why());
    }
}
