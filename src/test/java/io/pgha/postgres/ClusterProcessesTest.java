package io.pgha.postgres;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.os.ProcessTable;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.BufferedReader;
import java.nio.file.Path;

/** Programs that a killed run left behind. */
class ClusterProcessesTest {

    /** Stands for the program; its parent becomes a sleep, which reaps nobody. */
    private static final String UNREAPED = "exec 3<&0;"
            + " sh -c 'echo $$; read x <&3' pg_basebackup --pgdata=%s &"
            + " exec sleep 60";

    @TempDir
    Path directory;

    @Test
    void aWriterHasEndedThoughNobodyReapsIt() throws Exception {
        Process parent = new ProcessBuilder("sh", "-c", UNREAPED.formatted(directory)).start();
        try (BufferedReader out = parent.inputReader()) {
            long writer = Long.parseLong(out.readLine());

            ClusterProcesses.endWriters(directory);

            assertTrue(new ProcessTable().find(writer).orElseThrow().isDead());
        } finally {
            parent.destroyForcibly().waitFor();
        }
    }

    @Test
    void aWriterIntoAnotherDirectoryIsLeftAlone() throws Exception {
        Process parent = new ProcessBuilder("sh", "-c", UNREAPED.formatted(directory)).start();
        try (BufferedReader out = parent.inputReader()) {
            long writer = Long.parseLong(out.readLine());

            ClusterProcesses.endWriters(directory.resolve("other"));
            ClusterProcesses.endWriters(directory.resolve(".."));

            assertFalse(new ProcessTable().find(writer).orElseThrow().isDead());
        } finally {
            parent.destroyForcibly().waitFor();
        }
    }
}
