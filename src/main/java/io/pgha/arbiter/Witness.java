package io.pgha.arbiter;

import io.pgha.config.WitnessSettings;
import io.pgha.model.MonoTime;
import io.pgha.peer.PairKeyException;
import io.pgha.peer.WitnessKey;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** {@code pgha witness}: the registers of any number of pairs, one process, one directory, one port. */
public final class Witness implements AutoCloseable {

    /** No look at the clock counts for more than this; late looks make it run slow, which delays a takeover at worst. */
    private static final Duration CAP = Duration.ofMillis(500);

    private static final Duration TICK = Duration.ofMillis(100);

    private final FileChannel lock;
    private final ScheduledThreadPoolExecutor ticks;
    private final List<BallotBox> boxes;
    private final WitnessServer server;

    private Witness(
            FileChannel lock,
            ScheduledThreadPoolExecutor ticks,
            List<BallotBox> boxes,
            WitnessServer server) {
        this.lock = lock;
        this.ticks = ticks;
        this.boxes = boxes;
        this.server = server;
    }

    /**
     * Reads keys and registers, and answers from then on.
     *
     * @param clock monotonic
     * @param log takes a sentence for every change of a register
     * @throws PairKeyException when a key file cannot be used
     * @throws IOException when directory or port cannot be used; the message says what to change
     */
    public static Witness open(
            WitnessSettings settings, Supplier<MonoTime> clock, Consumer<String> log)
            throws PairKeyException, IOException {
        Map<String, WitnessKey> keys = new LinkedHashMap<>();
        for (Path file : settings.pairs()) {
            WitnessKey key = WitnessKey.read(file);
            Optional<WitnessKey> other = Optional.ofNullable(keys.putIfAbsent(name(key), key));
            if (other.isPresent()) {
                throw new IOException(file + " and " + other.get().file()
                        + " have the same name and nodes: a register is kept by both, so give one"
                        + " file another name");
            }
        }
        FileChannel lock = lock(settings.stateDirectory());
        CappedClock capped = new CappedClock(clock, CAP);
        Terms terms =
                new Terms(settings.leaseMargin(), settings.claimTimeout(), settings.longestLease());
        Map<WitnessKey, BallotBox> boxes = new LinkedHashMap<>();
        try {
            for (Map.Entry<String, WitnessKey> pair : keys.entrySet()) {
                BallotFile file = new BallotFile(settings.stateDirectory().resolve(pair.getKey()));
                BallotRules rules = new BallotRules(pair.getValue().nodes(), terms);
                boxes.put(
                        pair.getValue(),
                        BallotBox.open(pair.getValue().pair(), rules, file, capped::now, log));
            }
            WitnessServer server = WitnessServer.open(
                    new InetSocketAddress(settings.listen(), settings.port()), boxes);
            return new Witness(lock, ticks(capped), List.copyOf(boxes.values()), server);
        } catch (IOException e) {
            lock.close();
            throw e;
        }
    }

    /** Stays the same when a key is rotated; two pairs with equally named nodes differ by the names of their files. */
    private static String name(WitnessKey key) {
        String file = String.valueOf(key.file().getFileName());
        return file.replaceFirst("\\.key$", "") + "." + key.pair() + ".register";
    }

    private static ScheduledThreadPoolExecutor ticks(CappedClock clock) {
        ScheduledThreadPoolExecutor ticks = new ScheduledThreadPoolExecutor(1, body -> {
            Thread thread = new Thread(null, body, "tick", 256 << 10);
            thread.setDaemon(true);
            return thread;
        });
        ScheduledFuture<?> ticking = ticks.scheduleAtFixedRate(
                clock::now, TICK.toMillis(), TICK.toMillis(), TimeUnit.MILLISECONDS);
        if (ticking.isDone()) {
            throw new IllegalStateException("the clock's ticks did not begin");
        }
        return ticks;
    }

    /** Two witnesses on one directory would grant behind each other's back. */
    private static FileChannel lock(Path directory) throws IOException {
        Files.createDirectories(directory);
        FileChannel channel = FileChannel.open(
                directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        Optional<FileLock> lock;
        try {
            lock = Optional.ofNullable(channel.tryLock());
        } catch (OverlappingFileLockException e) {
            lock = Optional.empty();
        }
        if (lock.isEmpty()) {
            channel.close();
            throw new IOException("another pgha witness uses the state directory " + directory
                    + ": stop it, or give this one its own state_directory");
        }
        return channel;
    }

    /** The port it listens on. */
    public int port() {
        return server.port();
    }

    /** The nodes that it answers: "node1+node2". */
    public List<String> pairs() {
        return boxes.stream().map(BallotBox::pair).toList();
    }

    /** Ends at once. Nodes go on with what the other node grants. */
    @Override
    public void close() throws IOException {
        server.close();
        ticks.shutdownNow();
        boxes.forEach(BallotBox::close);
        lock.close();
    }
}
