package io.pgha.daemon;

import io.pgha.engine.Clock;
import io.pgha.model.Armed;
import io.pgha.model.GateState;
import io.pgha.model.MonoTime;
import io.pgha.model.Probed;
import io.pgha.network.Gate;
import io.pgha.network.GateException;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The one thread that touches the firewall. The newest wish wins; whatever was done is read back, and what was damaged is
 * put right on the way.
 */
final class GateKeeper implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(GateKeeper.class);

    private final Gate gate;
    private final Clock clock;
    private final Runnable wake;
    private final ExecutorService thread;
    private final AtomicReference<Optional<GateState>> wish =
            new AtomicReference<>(Optional.empty());
    private volatile Probed<GateState> seen;
    private volatile Optional<String> words = Optional.empty();
    /** On the gate's thread only. */
    private boolean chosen;

    private boolean swapped;
    private volatile Optional<Armed> armed = Optional.empty();

    GateKeeper(Gate gate, Clock clock, Runnable wake) {
        this.gate = gate;
        this.clock = clock;
        this.wake = wake;
        this.seen = new Probed.Silent<>("not looked at yet", clock.now());
        ThreadPoolExecutor one = new ThreadPoolExecutor(
                1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), body -> {
                    Thread t = new Thread(null, body, "gate", 2 << 20);
                    t.setDaemon(true);
                    return t;
                });
        // Now: when it is to close, there may be no room for a thread.
        one.prestartCoreThread();
        this.thread = one;
    }

    Probed<GateState> seen() {
        return seen;
    }

    /** What guards the ports, and what the last look found wrong; empty before the first. */
    Optional<String> words() {
        return words;
    }

    /** Opens or closes as soon as the thread is free; returns at once. */
    void set(GateState wanted) {
        if (wish.getAndSet(Optional.of(wanted)).isEmpty()) {
            run(this::fulfil);
        }
    }

    /** Arms a slot as soon as the thread is free; returns at once. */
    void permit(int slot, long nonce, Duration atMost) {
        run(() -> {
            MonoTime before = clock.now();
            try {
                chooseFirst(slot);
                Duration permitted = gate.permit(inKernel(slot), atMost);
                armed = Optional.of(new Armed(slot, nonce, before, permitted));
            } catch (GateException e) {
                // The slot's old permit may still be there; it ends by itself, and nothing is asked
                // for under this nonce.
                publish(new Probed.Silent<>(e.words(), clock.now()));
                lookNow();
            }
            wake.run();
        });
    }

    /** An earlier start of the daemon may have left slots in force: the one that lasts is not the first to be armed. */
    private void chooseFirst(int slot) throws GateException {
        if (!chosen) {
            swapped = gate.lastingSlot().filter(lasting -> lasting == slot).isPresent();
            chosen = true;
        }
    }

    private int inKernel(int slot) {
        return swapped ? Gate.SLOTS - 1 - slot : slot;
    }

    /** Lets clients in for the rest of the permit, if the slot is still the one that was armed under this nonce. */
    void grant(int slot, long nonce) {
        run(() -> {
            if (armed.filter(a -> a.slot() == slot && a.nonce() == nonce).isEmpty()) {
                return;
            }
            try {
                gate.grant(inKernel(slot));
            } catch (GateException e) {
                publish(new Probed.Silent<>(e.words(), clock.now()));
                return;
            }
            if (seen.answer().filter(GateState.OPEN::equals).isEmpty()) {
                publish(gate.look(clock.now()));
            }
        });
    }

    /** The slot that was armed last. */
    Optional<Armed> armed() {
        return armed;
    }

    /** Reads the state back, and puts damaged rules right. */
    void look() {
        run(this::lookNow);
    }

    private void run(Runnable work) {
        try {
            thread.execute(work);
        } catch (RejectedExecutionException e) {
            // The daemon is stopping: the gate stays as it is (promise P5).
            return;
        }
    }

    private void fulfil() {
        Optional<GateState> wanted = wish.getAndSet(Optional.empty());
        if (wanted.isEmpty()) {
            return;
        }
        try {
            if (wanted.get() == GateState.OPEN) {
                mend();
                gate.open();
            } else {
                closeFirst();
            }
            publish(gate.look(clock.now()));
        } catch (GateException e) {
            publish(new Probed.Silent<>(e.words(), clock.now()));
        }
    }

    /** What cannot be looked at or mended can often still be closed: that comes first. */
    private void closeFirst() throws GateException {
        boolean isClosed = isClosedNow();
        if (mend() || !isClosed) {
            gate.close();
            armed = Optional.empty();
        }
    }

    private boolean isClosedNow() {
        try {
            gate.close();
            armed = Optional.empty();
            return true;
        } catch (GateException e) {
            LOG.debug("closed when the rules are mended: {}", e.words());
            return false;
        }
    }

    private void lookNow() {
        Probed<GateState> now = gate.look(clock.now());
        publish(now);
        if (now.answer().filter(GateState.DAMAGED::equals).isPresent()) {
            try {
                mend();
                publish(gate.look(clock.now()));
            } catch (GateException e) {
                publish(new Probed.Silent<>(e.words(), clock.now()));
            }
        }
    }

    /** Whether anything was put right. */
    private boolean mend() throws GateException {
        boolean isWhole = gate.look(clock.now())
                .answer()
                .filter(state -> state != GateState.DAMAGED)
                .isPresent();
        if (!isWhole) {
            gate.install();
        }
        return !isWhole;
    }

    private void publish(Probed<GateState> now) {
        boolean changed = !now.answer().equals(seen.answer());
        words = Optional.of(gate.describe());
        seen = now;
        if (changed) {
            now.answer()
                    .filter(GateState.DAMAGED::equals)
                    .ifPresent(damaged -> LOG.warn("the gate is not whole: {}", gate.damage()));
            wake.run();
        }
    }

    /** Stops the thread; the rules stay. */
    @Override
    public void close() {
        thread.shutdown();
    }
}
