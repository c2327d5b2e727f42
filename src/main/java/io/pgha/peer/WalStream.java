package io.pgha.peer;

import io.pgha.os.Deadline;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;

/**
 * A connection that carries WAL, on a thread of its own. Every wait ends within the limit of a silence. What is sent is a line
 * (the question) or frames: a letter, a length, a CRC-32C, and so many bytes.
 */
final class WalStream implements AutoCloseable {

    private final SocketChannel channel;
    private final TlsChannel tls;
    private final Selector selector;
    private final SelectionKey key;
    private final Duration silence;

    /** @param channel not blocking; closed with this */
    WalStream(SocketChannel channel, TlsChannel tls, Duration silence) throws IOException {
        this.channel = channel;
        this.tls = tls;
        this.silence = silence;
        this.selector = Selector.open();
        this.key = channel.register(selector, SelectionKey.OP_READ);
    }

    /** Shakes hands as the side that has connected, for so long. */
    void shake(Duration limit) throws IOException {
        Deadline deadline = Deadline.in(limit);
        tls.begin();
        while (!tls.isSecure()) {
            await(deadline.remaining());
            tls.flush();
            if (!tls.receive().isEmpty()) {
                throw new IOException("spoke before it was asked");
            }
        }
    }

    /** The lines that came; waits for the first. */
    List<byte[]> lines() throws IOException {
        List<byte[]> lines = tls.receive();
        while (lines.isEmpty()) {
            await();
            lines = tls.receive();
        }
        return lines;
    }

    /** Hands on what came; waits for the first byte. */
    void receive(TlsChannel.Taker taker) throws IOException {
        boolean[] came = {false};
        while (!came[0]) {
            await();
            tls.receive(bytes -> {
                came[0] |= bytes.hasRemaining();
                taker.take(bytes);
            });
        }
    }

    /** Sends it all before it returns. */
    void send(ByteBuffer bytes) throws IOException {
        byte[] part = new byte[bytes.remaining()];
        bytes.get(part);
        tls.send(part);
        while (tls.hasUnsent()) {
            await();
            tls.flush();
        }
    }

    private void await() throws IOException {
        await(silence);
    }

    private void await(Duration longest) throws IOException {
        key.interestOps(
                tls.hasUnsent()
                        ? SelectionKey.OP_READ | SelectionKey.OP_WRITE
                        : SelectionKey.OP_READ);
        selector.selectedKeys().clear();
        if (selector.select(Math.max(1, longest.toMillis())) == 0) {
            if (Thread.currentThread().isInterrupted()) {
                throw new EOFException("was given up");
            }
            throw new EOFException("was silent for " + longest.toMillis() + " ms");
        }
    }

    @Override
    public void close() {
        Connection.closeQuietly(channel);
        try {
            selector.close();
        } catch (IOException ignored) {
            // The descriptor is gone either way (close(2)).
        }
    }
}
