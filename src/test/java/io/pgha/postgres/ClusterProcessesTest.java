package io.pgha.postgres;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.os.ProcessTable;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;

/** Programs that a killed run left behind. */
class ClusterProcessesTest {

    /** Stands for the program; its parent becomes a sleep, which reaps nobody. */
    private static final String UNREAPED = "exec 3<&0;"
            + " sh -c 'echo $$; read x <&3' pg_basebackup --pgdata=%s &"
            + " exec sleep 60";

    @TempDir
    Path directory;

    private Process parent;
    private long writer;

    @BeforeEach
    void leaveAWriter() throws Exception {
        parent = new ProcessBuilder("sh", "-c", UNREAPED.formatted(directory)).start();
        writer = Long.parseLong(parent.inputReader().readLine());
    }

    @AfterEach
    void endIt() throws Exception {
        parent.destroyForcibly().waitFor();
    }

    private boolean isDead() throws Exception {
        return new ProcessTable().find(writer).orElseThrow().isDead();
    }

    @Test
    void aWriterHasEndedThoughNobodyReapsIt() throws Exception {
        ClusterProcesses.endWriters(directory);

        assertTrue(isDead());
    }

    @Test
    void aWriterIntoAnotherDirectoryIsLeftAlone() throws Exception {
        ClusterProcesses.endWriters(directory.resolve("other"));
        ClusterProcesses.endWriters(directory.resolve(".."));

        assertFalse(isDead());
    }
}
