package io.pgha.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.model.ControlData;
import io.pgha.model.Epoch;
import io.pgha.model.Lsn;
import io.pgha.model.NodeId;
import io.pgha.model.ReleaseToken;
import io.pgha.postgres.DataDirectory;
import io.pgha.postgres.DataDirectoryException;
import io.pgha.postgres.LongStep;
import io.pgha.postgres.ReleaseArchive;
import io.pgha.postgres.Swap;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A real database, with a tablespace and its pg_wal elsewhere, handed over in a file. */
@Tag("netns")
class ReleaseArchiveIT {

    private static final NodeId B = new NodeId("b");

    private CloneBed bed;

    @BeforeEach
    void makeBed() throws Exception {
        bed = new CloneBed();
        bed.makePrimary();
    }

    @AfterEach
    void removeBed() throws Exception {
        bed.close();
    }

    @Test
    void aReleasedDatabaseArrivesWholeOrNotAtAll() throws Exception {
        Path released = bed.root.resolve("primary");
        Path data = bed.directory("there");
        int port = bed.oldCopy(data, true);
        Path file = bed.root.resolve("release.tar");
        bed.stop(released);
        ControlData control = control(released);
        ReleaseToken token = new ReleaseToken(
                "r1", control.systemId(), new Epoch(4), B, control.end(), control.timeline());

        new ReleaseArchive(released, step()).pack(file, token, control);
        changeOneByte(file);
        DataDirectoryException e = assertThrows(
                DataDirectoryException.class,
                () -> new ReleaseArchive(data, step())
                        .unpack(file, B, Optional.of(token.systemId()), "r1"));
        assertTrue(e.getMessage().contains("at offset"), e.getMessage());
        bed.oldCopyIsIntact(data, port);
        changeOneByte(file);

        ReleaseToken arrived = new ReleaseArchive(data, step())
                .unpack(file, B, Optional.of(token.systemId()), "r1");
        new Swap(data, step()).swapIn("r1");
        assertTrue(new DataDirectory(data).isStandby());
        new DataDirectory(data).markPrimary();
        bed.start(data);

        assertEquals(token, arrived);
        assertEquals(
                2 * CloneBed.ROWS_NEW,
                bed.number(port, "select (select count(*) from t) + (select count(*) from s)"));
        bed.stop(data);
        new Swap(data, step()).dropOld("r1");
    }

    private static LongStep step() {
        return new LongStep(progress -> {});
    }

    /** The same call twice changes nothing. */
    private static void changeOneByte(Path file) throws IOException {
        try (RandomAccessFile access = new RandomAccessFile(file.toFile(), "rw")) {
            long at = access.length() / 2;
            access.seek(at);
            int is = access.read();
            access.seek(at);
            access.write(is ^ 1);
        }
    }

    private static ControlData control(Path data) throws Exception {
        Process process = new ProcessBuilder(
                        CloneBed.BIN.resolve("pg_controldata").toString(), data.toString())
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        Lsn checkpoint = Lsn.parse(value(said, "Latest checkpoint location"));
        return new ControlData(
                value(said, "Database system identifier"),
                value(said, "Database cluster state"),
                Integer.parseInt(value(said, "Latest checkpoint's TimeLineID")),
                checkpoint,
                checkpoint);
    }

    private static String value(String text, String key) {
        Matcher matcher =
                Pattern.compile("(?m)^" + Pattern.quote(key) + ":\\s+(.*)$").matcher(text);
        if (!matcher.find()) {
            throw new AssertionError(key + " is not in " + text);
        }
        return matcher.group(1);
    }
}
