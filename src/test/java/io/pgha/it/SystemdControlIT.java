package io.pgha.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.model.Postmaster;
import io.pgha.plan.StopMode;
import io.pgha.postgres.PgCtlControl;
import io.pgha.postgres.PostgresControl;
import io.pgha.postgres.SystemdControl;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Real servers beside a systemd that is slow, deaf or knows nothing of them; one that works is on booted machines. */
@Tag("netns")
@Timeout(180)
final class SystemdControlIT {

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Duration LADDER = Duration.ofMillis(200);

    /** The unit is deactivating until it has been looked at three times. */
    private static final String SLOW = """
            cd %s
            case $2 in
            show)
                echo look >>looks
                if [ $(wc -l <looks) -gt 3 ]; then echo ActiveState=inactive; else echo ActiveState=deactivating; fi
                ;;
            start) wc -l <looks >started && %s ;;
            esac
            """;

    private static PostgresControl own(PgInstance server) {
        return new PgCtlControl(server.settings(), server.base().resolve("start.log"));
    }

    private static PostgresControl unit(PgInstance server, String... systemctl) {
        return new SystemdControl(
                server.settings(), "u.service", server.base().resolve("u.log"), List.of(systemctl));
    }

    @Test
    void aServerThatItsUnitDoesNotKnowIsStopped() throws Exception {
        try (PgInstance server = PgInstance.create()) {
            own(server).start(LIMIT);

            String words = unit(server, "true").stop(StopMode.FAST, LIMIT);

            assertTrue(words.startsWith("stopped cleanly at "), words);
        }
    }

    @Test
    void aKillIsDoneWhereSystemdDoesNotObey() throws Exception {
        try (PgInstance server = PgInstance.create()) {
            own(server).start(LIMIT);

            String words = unit(server, "false").stop(StopMode.KILL, LADDER);

            assertTrue(words.contains("systemctl stop"), words);
            assertEquals(Postmaster.CRASHED, own(server).postmaster().state());
        }
    }

    @Test
    void aKillIsDoneBeforeTheUnitHasEndedAndAStartWaitsForThat() throws Exception {
        try (PgInstance server = PgInstance.create()) {
            own(server).start(LIMIT);
            Path seen = Files.createDirectory(server.base().resolve("unit"));
            String start = "%s %s/pg_ctl -D %s -l %s/unit.log -W start"
                    .formatted(
                            String.join(" ", PgInstance.AS_POSTGRES),
                            server.bin(),
                            server.data(),
                            server.base());
            PostgresControl unit =
                    unit(server, "sh", "-c", SLOW.formatted(seen, start), "systemctl");

            unit.stop(StopMode.KILL, LADDER);
            assertEquals(Postmaster.CRASHED, own(server).postmaster().state());
            unit.start(LIMIT);

            assertEquals("4", Files.readString(seen.resolve("started")).strip());
            assertEquals("1", server.ask("select 1"));
        }
    }
}
