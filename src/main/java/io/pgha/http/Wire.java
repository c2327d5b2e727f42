package io.pgha.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Lines over a unix domain socket, each read and write with a deadline and each line with a largest size.
 *
 * <p>A blocking channel of the unix domain has no timeouts, so the channel is non-blocking and waits in a selector. Used by
 * one thread at a time.
 */
final class Wire implements AutoCloseable {

    private final SocketChannel channel;
    private final Selector selector;
    private final SelectionKey key;
    private final int maxLineBytes;
    private final LongSupplier nanos;
    private final ByteBuffer input = ByteBuffer.allocate(8192).flip();

    Wire(SocketChannel channel, int maxLineBytes, LongSupplier nanos) throws IOException {
        this.channel = channel;
        this.maxLineBytes = maxLineBytes;
        this.nanos = nanos;
        channel.configureBlocking(false);
        this.selector = Selector.open();
        this.key = channel.register(selector, 0);
    }

    /**
     * The next line without its end; empty when the other end has closed.
     *
     * @throws SocketTimeoutException when no whole line came within {@code limit}
     * @throws IOException when the line is longer than allowed, ends in mid-line, or the socket broke
     */
    Optional<String> readLine(Duration limit) throws IOException {
        long end = nanos.getAsLong() + limit.toNanos();
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        while (true) {
            while (input.hasRemaining()) {
                byte b = input.get();
                if (b == '\n') {
                    return Optional.of(line.toString(StandardCharsets.UTF_8));
                }
                if (line.size() >= maxLineBytes) {
                    throw new IOException("a line is longer than " + maxLineBytes + " bytes");
                }
                line.write(b);
            }
            if (!fill(end, limit)) {
                if (line.size() > 0) {
                    throw new IOException("the other end closed in the middle of a line");
                }
                return Optional.empty();
            }
        }
    }

    private boolean fill(long end, Duration limit) throws IOException {
        input.clear();
        int n = channel.read(input);
        while (n == 0) {
            await(SelectionKey.OP_READ, end, limit);
            n = channel.read(input);
        }
        input.flip();
        return n > 0;
    }

    /**
     * Sends one line.
     *
     * @throws SocketTimeoutException when the other end did not take it within {@code limit}
     */
    void writeLine(String line, Duration limit) throws IOException {
        long end = nanos.getAsLong() + limit.toNanos();
        ByteBuffer out = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
        while (out.hasRemaining()) {
            if (channel.write(out) == 0) {
                await(SelectionKey.OP_WRITE, end, limit);
            }
        }
    }

    /** Waits for {@code span} or until the other end hangs up or speaks; true when it hung up. */
    boolean isClosedWithin(Duration span) throws IOException {
        key.interestOps(SelectionKey.OP_READ);
        selector.select(Math.max(1, span.toMillis()));
        selector.selectedKeys().clear();
        if (input.hasRemaining()) {
            return false;
        }
        input.clear();
        int n = channel.read(input);
        input.flip();
        return n < 0;
    }

    private void await(int what, long end, Duration limit) throws IOException {
        long left = end - nanos.getAsLong();
        if (left <= 0) {
            throw new SocketTimeoutException("nothing moved within " + Amounts.span(limit));
        }
        if (Thread.currentThread().isInterrupted()) {
            throw new IOException("interrupted");
        }
        key.interestOps(what);
        selector.select(Math.max(1, left / 1_000_000));
        selector.selectedKeys().clear();
    }

    @Override
    public void close() throws IOException {
        try (selector) {
            channel.close();
        }
    }
}
