package io.pgha.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.postgres.PostmasterWatch;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The end of a postmaster is known at once, each time, and never of another process. */
@Tag("netns")
@Timeout(120)
final class PostmasterWatchIT {

    private record Event(String what, long pid, long nanos) {}

    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();

    private PostmasterWatch watch(PgInstance server) {
        return PostmasterWatch.start(
                server.data(), Duration.ofMillis(200), new PostmasterWatch.Listener() {
                    @Override
                    public void found(long pid) {
                        events.add(new Event("found", pid, System.nanoTime()));
                    }

                    @Override
                    public void ended(long pid) {
                        events.add(new Event("ended", pid, System.nanoTime()));
                    }

                    @Override
                    public void troubled(String why) {
                        events.add(new Event(why, 0, System.nanoTime()));
                    }
                });
    }

    private Event next() throws InterruptedException {
        Event event = events.poll(20, TimeUnit.SECONDS);
        assertTrue(event != null, "no event");
        return event;
    }

    @Test
    void everyEndIsToldAtOnceWithTheRightNumber() throws Exception {
        try (PgInstance server = PgInstance.create();
                PostmasterWatch watch = watch(server)) {
            long[] micros = new long[6];
            for (int i = 0; i < micros.length; i++) {
                server.start();
                watch.lookNow();
                long pid = server.pid();
                Event found = next();
                assertEquals("found", found.what());
                assertEquals(pid, found.pid());

                long from = System.nanoTime();
                server.signal(pid, "KILL");
                Event ended = next();

                assertEquals("ended", ended.what());
                assertEquals(pid, ended.pid());
                micros[i] = (ended.nanos() - from) / 1000;
                PgInstance.await("the rest to end", () -> server.processes().isEmpty());
            }
            Arrays.sort(micros);
            System.out.println("postmaster end after 'kill' was begun, microseconds: "
                    + Arrays.toString(micros));
            assertTrue(micros[micros.length / 2] < 500_000, Arrays.toString(micros));
        }
    }

    @Test
    void aCleanStopIsAnEndAndANewServerIsFoundWithoutBeingTold() throws Exception {
        try (PgInstance server = PgInstance.started();
                PostmasterWatch watch = watch(server)) {
            watch.lookNow();
            assertEquals("found", next().what());
            server.stop("fast");
            assertEquals("ended", next().what());
            server.start();
            Event again = next();
            assertEquals("found", again.what());
            assertEquals(server.pid(), again.pid());
        }
    }

    @Test
    void aStaleLockFileThatNamesABackendOrAStrangerIsNotBelieved() throws Exception {
        try (PgInstance server = PgInstance.started()) {
            long backend = Long.parseLong(server.ask(
                    "select pid from pg_stat_activity where backend_type = 'checkpointer'"));
            java.nio.file.Path lock = server.data().resolve("postmaster.pid");
            String text = java.nio.file.Files.readString(lock);
            String rest = text.substring(text.indexOf('\n'));
            for (long pid : new long[] {backend, ProcessHandle.current().pid(), 1}) {
                java.nio.file.Files.writeString(lock, pid + rest);
                try (PostmasterWatch watch = watch(server)) {
                    watch.lookNow();
                    assertNull(events.poll(600, TimeUnit.MILLISECONDS));
                }
            }
            java.nio.file.Files.writeString(lock, text);
        }
    }

    @Test
    void aClosedWatchIsSilent() throws Exception {
        try (PgInstance server = PgInstance.started()) {
            watch(server).close();
            events.poll(100, TimeUnit.MILLISECONDS);
            server.kill();
            Event late = events.poll(1500, TimeUnit.MILLISECONDS);
            assertTrue(late == null || !late.what().equals("ended"), String.valueOf(late));
        }
    }
}
