package io.pgha.setup;

import java.io.IOException;
import java.nio.file.Path;

/** A process that the process table calls postgres, at home in a directory; it lives until it is closed. */
record PretendServer(Process process) implements AutoCloseable {

    private static final String NAMED = "printf postgres >/proc/$$/comm; echo ready; read x";

    static PretendServer in(Path directory) throws IOException {
        Process process = new ProcessBuilder("sh", "-c", NAMED)
                .directory(directory.toFile())
                .start();
        if (!"ready".equals(process.inputReader().readLine())) {
            throw new IOException("the shell did not begin");
        }
        return new PretendServer(process);
    }

    long pid() {
        return process.pid();
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
