package io.pgha.peer;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;

import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;

/**
 * Lines over TLS over one non-blocking socket. No method waits. Everything that comes in and everything that waits to
 * go out is bounded; a violation is a {@link LinkRefused}. Used by the link thread only.
 */
final class TlsChannel {

    /** The longest line, its end included. */
    static final int MAX_LINE = 64 * 1024;

    /** Encrypted bytes that may wait for a peer that does not read. */
    private static final int MAX_UNSENT = 4 * MAX_LINE;

    /** Socket reads in one turn, so that a flood on one connection cannot hold up the others. */
    private static final int READS_PER_TURN = 8;

    /** TLS record types change_cipher_spec to application_data (RFC 8446, 5.1). */
    private static final int FIRST_RECORD = 20;

    private static final int LAST_RECORD = 23;
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final SocketChannel channel;
    private final SSLEngine engine;
    private final String address;
    private final ByteBuffer incoming;
    private final ByteBuffer plain;
    private final ByteBuffer scratch;
    private final Deque<ByteBuffer> unsent = new ArrayDeque<>();
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private boolean begun;
    private boolean secure;
    private boolean ended;
    private int unsentBytes;

    TlsChannel(SocketChannel channel, SSLEngine engine, String address) {
        this.channel = channel;
        this.engine = engine;
        this.address = address;
        int packet = engine.getSession().getPacketBufferSize();
        this.incoming = ByteBuffer.allocate(packet);
        this.scratch = ByteBuffer.allocate(packet);
        this.plain = ByteBuffer.allocate(engine.getSession().getApplicationBufferSize());
    }

    /** Starts the handshake; the connecting side sends its first packet. */
    void begin() throws IOException {
        engine.beginHandshake();
        shake();
        flush();
    }

    /** True once the other side has proven who it is. */
    boolean isSecure() {
        return secure;
    }

    boolean hasUnsent() {
        return !unsent.isEmpty();
    }

    /**
     * Takes in what the socket has and returns the lines it completes, without their ends. What came before the end of
     * the stream is returned first; the end itself is told by the next call.
     *
     * @throws EOFException when the other side has closed
     */
    List<byte[]> receive() throws IOException {
        List<byte[]> lines = new ArrayList<>();
        read(bytes -> split(bytes, lines));
        if (ended && lines.isEmpty()) {
            throw new EOFException("closed the connection");
        }
        return lines;
    }

    /** Takes what came in as it is, not as lines. */
    interface Taker {
        void take(ByteBuffer bytes) throws IOException;
    }

    /**
     * As {@link #receive}, for bytes that are no lines.
     *
     * @throws EOFException when the other side has closed and everything before has been taken
     */
    void receive(Taker taker) throws IOException {
        boolean was = ended;
        read(taker);
        if (was) {
            throw new EOFException("closed the connection");
        }
    }

    private void read(Taker taker) throws IOException {
        boolean more = true;
        for (int i = 0; more && i < READS_PER_TURN; i++) {
            int count = ended ? -1 : channel.read(incoming);
            ended |= count < 0;
            // What does not fill the buffer is all that there is: the selector tells of what comes
            // next.
            more = count > 0 && !incoming.hasRemaining();
            if (count > 0) {
                unwrap(taker);
            }
        }
        flush();
    }

    /** What the connection was made for, by the word of the side that made it; empty: for messages. */
    String purpose() {
        return Objects.requireNonNullElse(engine.getApplicationProtocol(), "");
    }

    /** Encrypts a line, its end included, and sends what the socket takes; the rest goes out with {@link #flush}. */
    void send(byte[] text) throws IOException {
        ByteBuffer source = ByteBuffer.wrap(text);
        while (source.hasRemaining()) {
            wrap(source);
        }
        flush();
    }

    /** Sends what waits, as far as the socket takes it. */
    void flush() throws IOException {
        ByteBuffer next = unsent.peek();
        while (next != null) {
            unsentBytes -= channel.write(next);
            if (next.hasRemaining()) {
                return;
            }
            unsent.remove();
            next = unsent.peek();
        }
    }

    /** After a failure: sends the alert that tells the other side why, and the end of the stream, if the socket can. */
    void sayGoodbye() throws IOException {
        engine.closeOutbound();
        shake();
        flush();
        channel.shutdownOutput();
    }

    /** Reads and forgets; so that closing does not reset the connection and take back the goodbye. */
    void discard() throws IOException {
        for (int i = 0; i < READS_PER_TURN; i++) {
            incoming.clear();
            int count = channel.read(incoming);
            if (count < 0) {
                throw new EOFException("closed the connection");
            }
            if (count == 0) {
                return;
            }
        }
    }

    private void unwrap(Taker taker) throws IOException {
        incoming.flip();
        refusePlainText();
        try {
            while (true) {
                SSLEngineResult result = engine.unwrap(incoming, plain);
                note(result);
                plain.flip();
                taker.take(plain);
                plain.clear();
                switch (result.getStatus()) {
                    case BUFFER_UNDERFLOW -> {
                        return;
                    }
                    case CLOSED -> {
                        ended = true;
                        return;
                    }
                    case BUFFER_OVERFLOW -> throw new SSLException("a TLS record is too large");
                    case OK -> {
                        boolean more = shake();
                        if (!more && result.bytesConsumed() == 0 && result.bytesProduced() == 0) {
                            return;
                        }
                    }
                }
            }
        } finally {
            incoming.compact();
        }
    }

    private void refusePlainText() throws LinkRefused {
        if (begun) {
            return;
        }
        begun = true;
        int type = incoming.get(incoming.position());
        if (type < FIRST_RECORD || type > LAST_RECORD) {
            throw new LinkRefused(address + " speaks plain text, not TLS: it is no pgha daemon (a"
                    + " health check or port scan, or another program on that port)");
        }
    }

    /** Carries the handshake on as far as it goes without input; true when anything was done. */
    private boolean shake() throws SSLException {
        boolean done = false;
        while (true) {
            switch (engine.getHandshakeStatus()) {
                case NEED_TASK -> {
                    Runnable task = engine.getDelegatedTask();
                    if (task != null) {
                        task.run();
                    }
                }
                case NEED_WRAP -> {
                    if (wrap(NOTHING) == SSLEngineResult.Status.CLOSED) {
                        return done;
                    }
                }
                default -> {
                    return done;
                }
            }
            done = true;
        }
    }

    private SSLEngineResult.Status wrap(ByteBuffer source) throws SSLException {
        scratch.clear();
        SSLEngineResult result = engine.wrap(source, scratch);
        note(result);
        scratch.flip();
        if (scratch.hasRemaining()) {
            unsentBytes += scratch.remaining();
            unsent.add(ByteBuffer.allocate(scratch.remaining()).put(scratch).flip());
        }
        if (unsentBytes > MAX_UNSENT) {
            throw new SSLException("it does not read what is sent to it");
        }
        SSLEngineResult.Status status = result.getStatus();
        if (status == SSLEngineResult.Status.BUFFER_OVERFLOW
                || (status == SSLEngineResult.Status.CLOSED && source.hasRemaining())) {
            throw new SSLException("the connection cannot be written to any more");
        }
        return status;
    }

    private void note(SSLEngineResult result) {
        secure |= result.getHandshakeStatus() == SSLEngineResult.HandshakeStatus.FINISHED;
    }

    private void split(ByteBuffer bytes, List<byte[]> lines) throws LinkRefused {
        byte[] all = bytes.array();
        int from = bytes.arrayOffset() + bytes.position();
        int end = bytes.arrayOffset() + bytes.limit();
        for (int at = from; at < end; at++) {
            if (all[at] == '\n') {
                add(all, from, at);
                lines.add(line.toByteArray());
                line.reset();
                from = at + 1;
            }
        }
        add(all, from, end);
        bytes.position(bytes.limit());
    }

    private void add(byte[] bytes, int from, int to) throws LinkRefused {
        if (line.size() + (to - from) >= MAX_LINE) {
            throw new LinkRefused(address + " sent a line longer than " + MAX_LINE / 1024
                    + " KB: it is no pgha daemon, or of a much newer version");
        }
        line.write(bytes, from, to - from);
    }
}
