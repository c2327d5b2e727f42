package io.pgha.postgres;

import io.pgha.model.ControlData;
import io.pgha.model.Lsn;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * global/pg_control as bytes, for when clients wait: no program is started. Its shape is that of PostgreSQL 13 to 17
 * (catalog/pg_control.h, PG_CONTROL_VERSION 1300); of another shape, or where its checksum does not fit, nothing is said of it,
 * and pg_controldata has the word.
 */
final class ControlImage {

    private static final int VERSION = 1300;

    private static final int AT_VERSION = 8;
    private static final int AT_STATE = 16;
    private static final int AT_CHECKPOINT = 32;
    private static final int AT_TIMELINE = 48;
    private static final int AT_RECOVERED = 136;
    private static final int AT_RECOVERED_TIMELINE = 144;
    private static final int AT_CHECKSUM = 288;
    private static final int LENGTH = AT_CHECKSUM + Integer.BYTES;

    /** In the order of enum DBState, as pg_controldata has them. */
    private static final List<String> STATES = List.of(
            "starting up",
            "shut down",
            "shut down in recovery",
            "shutting down",
            "in crash recovery",
            "in archive recovery",
            "in production");

    private ControlImage() {}

    /** What it says; empty when this is not known to be the whole file in a known shape. */
    static Optional<ControlData> read(Path dataDirectory) {
        ByteBuffer image = ByteBuffer.allocate(LENGTH).order(ByteOrder.nativeOrder());
        try (FileChannel file = FileChannel.open(
                dataDirectory.resolve("global/pg_control"), StandardOpenOption.READ)) {
            int count = 0;
            while (image.hasRemaining() && count >= 0) {
                count = file.read(image);
            }
        } catch (IOException e) {
            // pg_controldata is asked, and says why.
            return Optional.empty();
        }
        return image.hasRemaining() ? Optional.empty() : understood(image);
    }

    private static Optional<ControlData> understood(ByteBuffer image) {
        CRC32C crc = new CRC32C();
        crc.update(image.slice(0, AT_CHECKSUM));
        int state = image.getInt(AT_STATE);
        boolean isKnown = image.getInt(AT_VERSION) == VERSION
                && (int) crc.getValue() == image.getInt(AT_CHECKSUM)
                && state >= 0
                && state < STATES.size();
        if (!isKnown) {
            return Optional.empty();
        }
        Lsn checkpoint = new Lsn(image.getLong(AT_CHECKPOINT));
        Lsn recovered = new Lsn(image.getLong(AT_RECOVERED));
        return Optional.of(new ControlData(
                Long.toUnsignedString(image.getLong(0)),
                STATES.get(state),
                Math.max(image.getInt(AT_TIMELINE), image.getInt(AT_RECOVERED_TIMELINE)),
                checkpoint,
                recovered.compareTo(checkpoint) > 0 ? recovered : checkpoint));
    }
}
