package io.pgha.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.plan.CloneMode;
import io.pgha.postgres.Place.Kind;
import io.pgha.postgres.Place.Manner;
import io.pgha.postgres.Place.Presence;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What cannot be replaced is not removed. */
class CopyPlacesTest {

    @TempDir
    private Path disk;

    @Test
    void aTablespaceThatCannotBeWrittenToIsNamedBeforeAnythingIsRemoved() throws Exception {
        Path data = Files.createDirectory(disk.resolve("data"));
        CopyPlaces.requireWritable(ledger(data, disk));
        assertEquals(List.of(data), DurableFiles.entries(disk));

        // Nobody makes a file there, whatever his rights.
        DataDirectoryException refused = assertThrows(
                DataDirectoryException.class,
                () -> CopyPlaces.requireWritable(ledger(data, Path.of("/proc/self/fd"))));
        assertEquals(DataDirectoryException.Kind.REFUSED, refused.kind());
        assertTrue(refused.getMessage().contains("tablespace 16400"), refused.getMessage());
    }

    private static CopyLedger ledger(Path data, Path tablespace) {
        return new CopyLedger(
                "one",
                CloneMode.IN_PLACE,
                CopyLedger.Phase.ERASING,
                "15",
                "15",
                List.of(
                        new Place(Kind.DATA, Manner.SIBLING, Presence.BOTH, 0, data),
                        new Place(
                                Kind.TABLESPACE, Manner.INSIDE, Presence.BOTH, 16400, tablespace)));
    }
}
