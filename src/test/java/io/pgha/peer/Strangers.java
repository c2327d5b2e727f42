package io.pgha.peer;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;

import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;

/** Clients and servers that do not behave like a daemon. */
final class Strangers {

    private static final int TIMEOUT_MILLIS = 10_000;

    private Strangers() {}

    static Socket connect(int port) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        return socket;
    }

    /** A TLS client with the keys of a node. */
    static SSLSocket connect(PairKey pair, int port) throws IOException, GeneralSecurityException {
        SSLSocket socket = (SSLSocket) context(pair)
                .getSocketFactory()
                .createSocket(connect(port), "127.0.0.1", port, true);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.startHandshake();
        return socket;
    }

    /** A TLS server with the keys of a node that reads and never answers. */
    static Closeable silentServer(PairKey pair, int port)
            throws IOException, GeneralSecurityException {
        SSLServerSocket server = (SSLServerSocket) context(pair)
                .getServerSocketFactory()
                .createServerSocket(port, 5, InetAddress.getLoopbackAddress());
        server.setNeedClientAuth(true);
        Thread thread = new Thread(() -> swallow(server), "silent-server");
        thread.setDaemon(true);
        thread.start();
        return server;
    }

    private static void swallow(ServerSocket server) {
        while (!server.isClosed()) {
            try (Socket socket = server.accept()) {
                readToEnd(socket);
            } catch (IOException next) {
                // That client is gone; the loop ends when the server is closed.
            }
        }
    }

    /** Returns when the other side has closed, in whichever way. */
    static void readToEnd(Socket socket) {
        try {
            InputStream in = socket.getInputStream();
            byte[] some = new byte[4096];
            int count = 0;
            while (count >= 0) {
                count = in.read(some);
            }
        } catch (java.net.SocketTimeoutException e) {
            throw new UncheckedIOException(e);
        } catch (IOException reset) {
            return;
        }
    }

    private static SSLContext context(PairKey pair) throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLSv1.3");
        context.init(
                new KeyManager[] {new OwnIdentity(pair)},
                new TrustManager[] {new PeerTrust(pair, "test").manager()},
                new SecureRandom());
        return context;
    }
}
