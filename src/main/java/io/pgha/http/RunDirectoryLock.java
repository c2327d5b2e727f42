package io.pgha.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * The right to serve one control socket. The kernel drops it with the process, so that it never outlives its holder and
 * never has to be cleaned up by hand.
 */
final class RunDirectoryLock implements AutoCloseable {

    private final FileChannel file;

    private RunDirectoryLock(FileChannel file) {
        this.file = file;
    }

    static RunDirectoryLock take(Path socket) throws IOException {
        Path path = socket.resolveSibling(socket.getFileName() + ".lock");
        FileChannel file =
                FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            Optional<FileLock> lock = Optional.ofNullable(file.tryLock());
            if (lock.isPresent()) {
                file.truncate(0);
                file.write(ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid())
                        .getBytes(StandardCharsets.US_ASCII)));
                return new RunDirectoryLock(file);
            }
        } catch (OverlappingFileLockException e) {
            // Held by this very process: to the caller the same as by another one.
        }
        file.close();
        throw new IOException(
                "another pgha daemon (process " + holder(path) + ") already serves " + socket
                        + ". One daemon runs per run_directory: look at it with pgha status, or give this node its own"
                        + " run_directory in its configuration");
    }

    private static String holder(Path path) {
        try {
            String text = Files.readString(path).strip();
            return text.isEmpty() ? "unknown" : text;
        } catch (IOException e) {
            return "unknown";
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
