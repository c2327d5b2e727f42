package io.pgha.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What lies in PGDATA and is not PostgreSQL's survives whatever replaces the database. */
class OwnFilesTest {

    private static final List<String> OWN = List.of(
            "log",
            "notes.txt",
            "pg_hba.conf",
            "pg_log",
            "postgresql.auto.conf",
            "postgresql.conf",
            "server.key",
            "ssl");
    private static final List<String> DATABASE =
            List.of("PG_VERSION", "base", "pg_wal", "pg_xact", "postmaster.pid", "standby.signal");

    @TempDir
    private Path disk;

    private Path data;
    private OwnFiles own;

    @BeforeEach
    void aDataDirectory() throws IOException {
        data = Files.createDirectory(disk.resolve("data"));
        own = OwnFiles.ofRewound(data);
        for (String directory : List.of("log", "pg_log", "ssl", "base", "pg_xact")) {
            Files.createDirectory(data.resolve(directory));
            Files.writeString(data.resolve(directory).resolve("file"), "mine");
        }
        Files.createSymbolicLink(data.resolve("pg_wal"), disk.resolve("elsewhere"));
        for (String file : Stream.concat(OWN.stream(), DATABASE.stream()).toList()) {
            if (!Files.exists(data.resolve(file), LinkOption.NOFOLLOW_LINKS)) {
                Files.writeString(data.resolve(file), "mine");
            }
        }
    }

    @Test
    void whatIsNotPostgresqlsIsSetAsideAndPutOverWhatCame() throws IOException {
        own.setAside(data);
        assertEquals(DATABASE, names(data));
        Files.writeString(data.resolve("postgresql.conf"), "the peer's");
        Files.createDirectory(data.resolve("log"));
        Files.writeString(data.resolve("log").resolve("of-the-peer"), "the peer's");
        own.install(data);
        assertEquals(sorted(OWN, DATABASE), names(data));
        assertEquals("mine", Files.readString(data.resolve("postgresql.conf")));
        assertEquals(List.of("file"), names(data.resolve("log")));
    }

    @Test
    void bothMayBeBegunAgainWhereverTheyWereInterrupted() throws IOException {
        for (int done = 0; done <= OWN.size(); done++) {
            own.setAside(data);
            for (String name : OWN.subList(done, OWN.size())) {
                Files.move(kept(name), data.resolve(name));
            }
            own.setAside(data);
            assertEquals(DATABASE, names(data));
            for (String name : OWN.subList(0, done)) {
                Files.move(kept(name), data.resolve(name));
            }
            own.install(data);
            assertEquals(sorted(OWN, DATABASE), names(data));
            assertEquals("mine", Files.readString(data.resolve("log").resolve("file")));
        }
    }

    @Test
    void whatIsLentIsReplacedByTheOriginal() throws IOException {
        own.setAside(data);
        own.lend(data);
        assertEquals("mine", Files.readString(data.resolve("postgresql.conf")));
        Files.writeString(data.resolve("postgresql.conf"), "overwritten");
        own.install(data);
        assertEquals("mine", Files.readString(data.resolve("postgresql.conf")));
    }

    @Test
    void aCopyLeavesTheOldOneWholeAndSaysWhatItDoesNotTakeAlong() throws IOException {
        Files.write(data.resolve("log").resolve("large"), new byte[17 << 20]);
        own.copy(data);
        assertEquals(sorted(OWN, DATABASE), names(data));
        assertFalse(Files.exists(kept("log")));
        List<String> words = own.words(data);
        assertTrue(words.contains("kept this node's own server.key"), words::toString);
        assertTrue(
                words.stream().anyMatch(w -> w.startsWith("log of this node (17.8 MB)")),
                words::toString);
    }

    @Test
    void aNodeThatNeverChangedASettingDoesNotGetTheOtherNodes() throws IOException {
        Files.delete(data.resolve("postgresql.auto.conf"));
        own.setAside(data);
        Files.writeString(data.resolve("postgresql.auto.conf"), "port = 1");
        own.install(data);
        assertEquals("", Files.readString(data.resolve("postgresql.auto.conf")));
    }

    private Path kept(String name) {
        return disk.resolve("data.pgha-rewind-kept").resolve(name);
    }

    private static List<String> names(Path directory) throws IOException {
        return DurableFiles.entries(directory).stream()
                .map(entry -> entry.getFileName().toString())
                .toList();
    }

    private static List<String> sorted(List<String> some, List<String> others) {
        return Stream.concat(some.stream(), others.stream()).sorted().collect(Collectors.toList());
    }
}
