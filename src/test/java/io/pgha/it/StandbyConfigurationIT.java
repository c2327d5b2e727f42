package io.pgha.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.pgha.postgres.Conninfo;
import io.pgha.postgres.DataDirectoryException;
import io.pgha.postgres.StandbyConfiguration;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.sql.Connection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** PostgreSQL reads back what was meant, through whichever door it was written. */
@Tag("netns")
class StandbyConfigurationIT {

    @Test
    void bothDoorsGiveTheServerTheSameSettings() throws Exception {
        Map<String, String> parameters = new LinkedHashMap<>();
        parameters.put("host", "127.0.0.1");
        parameters.put("passfile", "/a dir/it's\\here");
        StandbyConfiguration configuration = new StandbyConfiguration(
                new Conninfo(parameters), "slot_b", Optional.of("pgha-restore '%f' \"%p\""));
        try (PgInstance instance = PgInstance.create("recovery_target_name = 'stale'")) {
            configuration.write(instance.data());
            instance.start();
            Map<String, String> byFile = settings(instance, configuration);

            assertEquals(configuration.settings(), byFile);
            assertThrows(DataDirectoryException.class, () -> configuration.write(instance.data()));

            instance.sql("alter system reset all");
            try (Connection connection = instance.connect()) {
                configuration.alterSystem(connection);
            }
            instance.stop("fast");
            instance.start();
            assertEquals(byFile, settings(instance, configuration));
        }
    }

    private static Map<String, String> settings(
            PgInstance instance, StandbyConfiguration configuration) {
        Map<String, String> settings = new LinkedHashMap<>();
        for (String name : configuration.settings().keySet()) {
            settings.put(name, instance.ask("show " + name));
        }
        return settings;
    }
}
