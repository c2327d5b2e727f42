package io.pgha.os;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/** Ports for servers of tests on loopback. */
public final class FreePort {

    private static final int FIRST = 20_000;
    private static final int PORTS = 12_000;
    private static final AtomicInteger NEXT =
            new AtomicInteger(ThreadLocalRandom.current().nextInt(PORTS));

    private FreePort() {}

    /**
     * A loopback port nobody listens on at this moment, and never given twice. It lies below those that the kernel gives to
     * outgoing connections (32768 and up), one of which might have it by the time a server wants it.
     */
    public static int next() {
        for (int i = 0; i < PORTS; i++) {
            int port = FIRST + NEXT.getAndIncrement() % PORTS;
            try (ServerSocket socket =
                    new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException e) {
                // Somebody has it: the next, then.
            }
        }
        throw new IllegalStateException("no free port");
    }
}
