package io.pgha.setup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.setup.Postmasters.Postmaster;

import org.junit.jupiter.api.Test;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

final class ServerTest {

    private static final Postmaster FOUND = new Postmaster(
            Path.of("/srv/pg"), Path.of("/usr/bin"), Optional.empty(), 5432, Path.of("/run/pg"));
    private static final Psql PSQL =
            new Psql(FOUND.bin(), new Owner("pg", "pg"), FOUND.socketDirectory(), FOUND.port());

    private static Server of(String facts) throws SetupRefused {
        return Server.of(FOUND, PSQL, Server.json(facts));
    }

    @Test
    void aServerThatDoesNotSayItsVersionIsRefusedAndNotVersionZero() {
        for (String version : List.of("null", "0", "\"15\"", "15.2")) {
            String words = String.valueOf(assertThrows(
                            SetupRefused.class,
                            () -> of("{\"super\":true,\"version\":" + version + "}"))
                    .getMessage());

            assertTrue(words.contains("/srv/pg, port 5432, did not say its version"), words);
        }
        assertThrows(SetupRefused.class, () -> of("{\"super\":true}"));
    }

    @Test
    void theMajorVersionIsReadOffItsNumber() throws SetupRefused {
        assertEquals(15, of("{\"super\":true,\"version\":150018}").major());
    }
}
