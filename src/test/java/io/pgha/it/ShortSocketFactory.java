package io.pgha.it;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;

import javax.net.SocketFactory;

/**
 * Sockets of an impatient client: connecting and each answer may take as many milliseconds as the argument says. pgjdbc
 * counts its own limits in whole seconds, too coarse for measuring a failover.
 */
public final class ShortSocketFactory extends SocketFactory {

    private final int limitMillis;

    /** Called by pgjdbc with the connection's property socketFactoryArg. */
    public ShortSocketFactory(String limitMillis) {
        this.limitMillis = Integer.parseInt(limitMillis);
    }

    @Override
    public Socket createSocket() {
        int limit = limitMillis;
        return new Socket() {
            @Override
            public void connect(SocketAddress endpoint, int timeout) throws IOException {
                super.connect(endpoint, limit);
                setSoTimeout(limit);
                setTcpNoDelay(true);
            }

            /** pgjdbc sets 0, no limit, in between. */
            @Override
            public synchronized void setSoTimeout(int timeout) throws SocketException {
                super.setSoTimeout(timeout == 0 ? limit : Math.min(timeout, limit));
            }
        };
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        throw new IOException("not used by pgjdbc");
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress local, int localPort)
            throws IOException {
        throw new IOException("not used by pgjdbc");
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        throw new IOException("not used by pgjdbc");
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort)
            throws IOException {
        throw new IOException("not used by pgjdbc");
    }
}
