package io.pgha.postgres;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** The watch goes on, whatever is thrown into it. */
class PostmasterWatchTest {

    private static final long PATIENCE_SECONDS = 20;

    @TempDir
    private Path data;

    private final Semaphore told = new Semaphore(0);

    @Test
    void aListenerThatMeetsAnErrorIsToldAgain() throws Exception {
        // A directory where a file belongs cannot be read, whoever tries.
        Files.createDirectory(data.resolve("postmaster.pid"));
        PostmasterWatch.Listener listener = new PostmasterWatch.Listener() {
            @Override
            public void found(long pid) {
                throw new AssertionError("there is none");
            }

            @Override
            public void ended(long pid) {
                throw new AssertionError("there is none");
            }

            @Override
            public void troubled(String why) {
                told.release();
                throw new NoClassDefFoundError("thrown by the test");
            }
        };
        PostmasterWatch watch = PostmasterWatch.start(data, Duration.ofMillis(10), listener);
        try {
            assertTrue(told.tryAcquire(3, PATIENCE_SECONDS, TimeUnit.SECONDS));
        } finally {
            watch.close();
        }
    }
}
