package io.pgha.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** The file for support, taken from a living pair: what it must hold, and that it holds no secret. */
@Tag("netns")
@NeedsNamespaces
class SupportBundleIT {

    private final LivePair pair = LivePair.shared();
    private final LabNode primary = pair.primary();

    @AfterAll
    static void close() {
        LivePair.closeShared();
    }

    private Map<String, String> bundle(String name) throws IOException {
        Path file = pair.lab().home().resolve(name);
        Run run =
                primary.daemon().runAsRoot(List.of("support-bundle", "--output", file.toString()));
        assertEquals(0, run.code(), run::toString);
        Map<String, String> pieces = new HashMap<>();
        try (ZipFile zip = new ZipFile(file.toFile())) {
            for (ZipEntry entry : zip.stream().toList()) {
                byte[] content = zip.getInputStream(entry).readAllBytes();
                pieces.put(entry.getName(), new String(content, StandardCharsets.UTF_8));
            }
        }
        Files.delete(file);
        return pieces;
    }

    private static void assertPiece(Map<String, String> pieces, String name, String... words) {
        String text = pieces.getOrDefault(name, "there is no " + name);
        for (String word : words) {
            assertTrue(text.contains(word), () -> name + " does not say " + word + ": " + text);
        }
    }

    @Test
    void itHoldsWhatIsKnownAndNoSecret() throws IOException {
        Map<String, String> pieces = bundle("whole.zip");

        assertPiece(pieces, "configuration.txt", "failcount", "postgres.pass_file");
        assertPiece(pieces, "status.json", "\"state\" : \"PRIMARY\"", "peer_view");
        assertPiece(pieces, "events.json", "started");
        assertPiece(pieces, "journal.txt", "pgha-journal");
        assertPiece(pieces, "postgresql/server.txt", "== pg_hba.conf", "scram-sha-256", "node2");
        assertPiece(pieces, "postgresql/pg_controldata.txt", "system identifier");
        assertPiece(pieces, "peer/postgresql.txt", "pg_is_in_recovery=t", "== wal receiver");
        assertPiece(pieces, "firewall/gate.txt", "table inet");
        assertPiece(pieces, "status.json", "\"gate\" : \"nftables table inet ", "pass: loopback");
        assertPiece(pieces, "MANIFEST.txt", "ok  status.json", "type pgha support-bundle");
        String key = LivePair.read(pair.lab().home().resolve("pair.key"));
        List<String> secrets = key.lines()
                .filter(line -> line.length() > 40 && !line.contains(" "))
                .toList();
        assertFalse(secrets.isEmpty());
        pieces.forEach((name, text) -> {
            assertFalse(text.contains(Template.PASSWORD), name);
            secrets.forEach(line -> assertFalse(text.contains(line), name));
        });
        pair.awaitWell();
    }

    @Test
    void withoutADaemonItSaysSoAndHoldsTheRest() throws IOException {
        primary.daemon().stop();

        Map<String, String> pieces = bundle("silent.zip");

        assertPiece(pieces, "status.json", "not known: ", "control.sock");
        assertPiece(pieces, "MANIFEST.txt", "NOT KNOWN  status.json");
        assertPiece(pieces, "postgresql/server.txt", "== replication");
        primary.daemon().start();
        pair.awaitWell();
    }
}
