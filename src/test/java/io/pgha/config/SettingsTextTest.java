package io.pgha.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;

class SettingsTextTest {

    @TempDir
    Path directory;

    private static String squeezed(String text) {
        return text.replaceAll("[ ]+", " ");
    }

    @Test
    void everyValueHasItsOrigin() throws InvalidConfiguration {
        Written written = Written.with(
                directory, "profile = fast, interval = 450ms", "nodes.node1.postgres.port = 5433");

        String text = squeezed(SettingsText.show(written.load()));

        assertTrue(text.contains("profile fast, changed; digest "), text);
        assertTrue(text.contains("\nguard = failcount # " + written.file() + ":1\n"), text);
        assertTrue(text.contains("\ninterval = 450ms # " + written.file() + ":10\n"), text);
        assertTrue(text.contains("\nheartbeat = 200ms # profile fast\n"), text);
        assertTrue(text.contains("\npostgres.port = 5433 # " + written.file() + ":11\n"), text);
        assertTrue(
                text.contains("\npostgres.config_directory = \"/srv/pg/data\" # default\n"), text);
        assertTrue(text.contains("\nhttp.port = (off) # default\n"), text);
        assertTrue(text.contains("\nnodes.node2.addresses = [\"192.0.2.12\"] # default\n"), text);
    }

    @Test
    void whatLooksLikeAPasswordIsNotShown() throws InvalidConfiguration {
        Settings settings = Written.with(
                        directory,
                        "on_event = [/bin/notify, \"--token=abc123\", \"password: hunter2\"]",
                        "postgres.options = \"-c primary_conninfo='user=x password=hunter3'\"")
                .load();

        String text = SettingsText.show(settings);

        assertFalse(text.contains("abc123") || text.contains("hunter"), text);
        assertTrue(text.contains("--token=***"), text);
    }

    @Test
    void theWorstCaseIsTheSumOfItsWaits() throws InvalidConfiguration {
        String text = String.join("\n", WorstCase.of(Written.with(directory).load()));

        assertTrue(
                text.contains(
                        "loses power: decided after at most 5.0 s, then usually within a second, at most 65.0 s"),
                text);
        assertTrue(
                text.contains(
                        "(interval 1s + probe_timeout 1s + 3 more failures, 1s apart = 5s) + (promote_timeout = 1m)"),
                text);
        assertTrue(text.contains("both are primary"), text);
        assertTrue(
                text.contains("stops PostgreSQL on the primary: decided after at most 15.8 s"),
                text);
    }

    @Test
    void withGuardManualThereIsNoLimit() throws InvalidConfiguration {
        String text = String.join(
                "\n",
                WorstCase.of(Written.with(directory, "guard = manual, on_clean_stop = hold")
                        .load()));

        assertTrue(text.contains("loses power: no limit; guard = manual waits for a person"), text);
        assertTrue(text.contains("on_clean_stop = hold waits for a person"), text);
    }

    @Test
    void withBootManualABootHasNoLimit() throws InvalidConfiguration {
        String text = String.join(
                "\n", WorstCase.of(Written.with(directory, "boot = manual").load()));

        assertTrue(text.contains("boots and its peer is silent: no limit; boot = manual"), text);
    }

    @Test
    void timesAndSizesAreWrittenAsTheyAreRead() throws Unfit {
        for (String time : new String[] {"0s", "1500ms", "90s", "5m", "12h", "7d"}) {
            assertEquals(time, Quantity.text(Quantity.time(time)));
        }
        for (String size : new String[] {"0B", "1023B", "64kB", "16MB", "10GB", "2TB"}) {
            assertEquals(size, Quantity.text(Quantity.bytes(size)));
        }
        assertEquals(16L << 20, Quantity.bytes("16 MiB"));
        assertEquals(1500, Quantity.time("1.5s").toMillis());
    }
}
