package io.pgha.os;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * systemd's journal, which takes an entry with named fields as one datagram (systemd.io, "Native Journal Protocol"). It never
 * waits.
 *
 * @param socket where to
 */
public record SystemdJournal(String socket) {

    private static final String SOCKET = "/run/systemd/journal/socket";
    private static final Path STANDARD_ERROR = Path.of("/proc/self/fd/2");

    /** The journal, when it is what standard error of this process goes to (systemd.exec(5), JOURNAL_STREAM); else empty. */
    public static Optional<SystemdJournal> ofThisProcess() {
        return Optional.ofNullable(System.getenv("JOURNAL_STREAM"))
                .filter(stream -> stream.equals(standardError()))
                .map(stream -> new SystemdJournal(SOCKET));
    }

    private static String standardError() {
        try {
            return Files.getAttribute(STANDARD_ERROR, "unix:dev") + ":"
                    + Files.getAttribute(STANDARD_ERROR, "unix:ino");
        } catch (IOException | UnsupportedOperationException e) {
            // Then it is written to, as it is everywhere else.
            return "";
        }
    }

    /**
     * Sends an entry.
     *
     * @param fields by name, of capital letters, digits and underscores; MESSAGE is what people read
     * @throws IOException when the journal is not there, does not keep up, or takes nothing that long
     */
    public void send(Map<String, String> fields) throws IOException {
        ByteArrayOutputStream entry = new ByteArrayOutputStream();
        for (Map.Entry<String, String> field : fields.entrySet()) {
            byte[] value = field.getValue().getBytes(StandardCharsets.UTF_8);
            entry.writeBytes(field.getKey().getBytes(StandardCharsets.US_ASCII));
            if (field.getValue().indexOf('\n') < 0) {
                entry.write('=');
            } else {
                entry.write('\n');
                entry.writeBytes(ByteBuffer.allocate(Long.BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(value.length)
                        .array());
            }
            entry.writeBytes(value);
            entry.write('\n');
        }
        Kernel.sendDatagram(socket, entry.toByteArray());
    }
}
