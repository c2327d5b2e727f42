package io.pgha.daemon;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.pgha.config.Settings;
import io.pgha.config.Settings.FenceSettings;
import io.pgha.fence.Fencing;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The devices that switch the peer off: asked in peacetime whether they would work, used when they must. What the peacetime
 * question finds is told and never keeps a device from being used; and a fencing ends a question under way, since some
 * devices take one login at a time.
 */
final class FenceMonitor implements AutoCloseable {

    /** One device's answer; more only says that it will be too slow when it counts. */
    private static final Duration MOST = Duration.ofSeconds(20);

    /** How long the end of the daemon waits for an agent to be killed. */
    private static final long LAST_MILLIS = 1000;

    private final Fencing fencing;
    private final FenceSettings settings;
    private final Runnable wake;
    private volatile Optional<List<Fencing.Look>> last = Optional.empty();
    private Optional<Thread> asking = Optional.empty();
    private Optional<Thread> switching = Optional.empty();
    private boolean busy;
    private boolean cutShort;

    /**
     * @param wake called when the answer has changed
     */
    FenceMonitor(Settings settings, FenceSettings fence, Runnable wake) {
        this.settings = fence;
        this.wake = wake;
        this.fencing = Fencing.ofPeer(settings, fence);
    }

    /** Asks every device; on the clockwork's thread, up to 20 s a device. */
    void look() {
        if (!enter()) {
            return;
        }
        try {
            Duration timeout = settings.timeout();
            List<Fencing.Look> looks =
                    fencing.monitor(timeout.compareTo(MOST) < 0 ? timeout : MOST);
            if (!isCutShort()) {
                last = Optional.of(looks);
                wake.run();
            }
        } finally {
            exit();
        }
    }

    private synchronized boolean enter() {
        if (busy) {
            return false;
        }
        asking = Optional.of(Thread.currentThread());
        cutShort = false;
        return true;
    }

    private synchronized boolean isCutShort() {
        return cutShort;
    }

    /** An interrupt that came too late must not hit the next thing that this thread does. */
    private synchronized void exit() {
        asking = Optional.empty();
        Thread.interrupted();
    }

    private synchronized void begin() {
        busy = true;
        switching = Optional.of(Thread.currentThread());
        cutShort = true;
        asking.ifPresent(Thread::interrupt);
    }

    private synchronized void end() {
        busy = false;
        switching = Optional.empty();
        notifyAll();
    }

    /** A daemon that ends leaves no agent behind that would switch somebody off later, when nobody takes over any more. */
    @Override
    public synchronized void close() {
        asking.ifPresent(Thread::interrupt);
        switching.ifPresent(Thread::interrupt);
        long end = System.nanoTime() + Duration.ofMillis(LAST_MILLIS).toNanos();
        try {
            while (busy && end - System.nanoTime() > 0) {
                wait(50);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Switches the peer off, on the caller's thread, within fence.timeout. */
    Fencing.Result off() throws InterruptedException {
        begin();
        try {
            return fencing.off(settings.timeout());
        } finally {
            end();
        }
    }

    /** What is wrong with the devices; empty: nothing that is known. Any thread. */
    Optional<String> trouble() {
        String words = last.orElse(List.of()).stream()
                .filter(look -> !look.isFine())
                .map(look -> "level " + look.level() + ", " + look.device() + ": " + look.words())
                .collect(Collectors.joining("; "));
        return words.isEmpty() ? Optional.empty() : Optional.of(words);
    }

    /** One gauge: 1 when every device answered well last time, 0 when not, no number before the first time. */
    void register(MeterRegistry registry) {
        Gauge.builder("pgha.fence.monitor.ok", this, FenceMonitor::value)
                .description("1 when every fence device of the peer answered its last monitor")
                .strongReference(true)
                .register(registry);
    }

    private double value() {
        if (last.isEmpty()) {
            return Double.NaN;
        }
        return trouble().isEmpty() ? 1 : 0;
    }
}
