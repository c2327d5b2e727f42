package io.pgha.postgres;

import io.pgha.os.Deadline;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;

/**
 * A socket whose every read ends at one deadline, so that a server that trickles bytes cannot hold its reader any longer than one
 * that says nothing. A timeout set by somebody else can only shorten a read.
 */
final class DeadlineSocket extends Socket {

    private final Deadline deadline;
    private volatile int othersTimeoutMillis;

    DeadlineSocket(Deadline deadline) {
        this.deadline = deadline;
    }

    @Override
    public InputStream getInputStream() throws IOException {
        return new Bounded(super.getInputStream());
    }

    @Override
    public synchronized void setSoTimeout(int millis) throws SocketException {
        othersTimeoutMillis = millis;
        super.setSoTimeout(millis);
    }

    @Override
    public synchronized int getSoTimeout() {
        return othersTimeoutMillis;
    }

    private void bound() throws IOException {
        if (deadline.hasPassed()) {
            throw passed();
        }
        int left = deadline.remainingMillis();
        super.setSoTimeout(othersTimeoutMillis == 0 ? left : Math.min(left, othersTimeoutMillis));
    }

    private IOException sorted(SocketTimeoutException e) {
        return deadline.hasPassed() ? passed() : e;
    }

    /** Not a SocketTimeoutException: pgjdbc swallows those that it did not ask for and reads again, for ever. */
    private static IOException passed() {
        return new InterruptedIOException("the deadline has passed");
    }

    private final class Bounded extends FilterInputStream {

        Bounded(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            bound();
            try {
                return super.read();
            } catch (SocketTimeoutException e) {
                throw sorted(e);
            }
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            bound();
            try {
                return super.read(bytes, offset, length);
            } catch (SocketTimeoutException e) {
                throw sorted(e);
            }
        }
    }
}
