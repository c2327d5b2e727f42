package io.pgha.network;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.pgha.model.MonoTime;
import io.pgha.model.PortAnswer;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;

/** What a look from the reserved source port says. */
final class ObserverTest {

    private static final String HERE = "127.0.0.1";

    private static Observer from(int port) {
        return new Observer(port, Duration.ofSeconds(1), () -> new MonoTime(System.nanoTime()));
    }

    private static ServerSocket listener() throws IOException {
        return new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
    }

    private static int free() throws IOException {
        try (ServerSocket socket = listener()) {
            return socket.getLocalPort();
        }
    }

    @Test
    void anAcceptedConnectionIsAliveHoweverOftenItIsMade() throws IOException {
        Observer observer = from(free());
        try (ServerSocket open = listener()) {
            for (int look = 0; look < 3; look++) {
                assertEquals(
                        PortAnswer.ALIVE,
                        observer.look(HERE, open.getLocalPort()).answer());
            }
        }
    }

    @Test
    void aResetIsRefused() throws IOException {
        assertEquals(PortAnswer.REFUSED, from(free()).look(HERE, free()).answer());
    }

    @Test
    void aLookThatCannotBeMadeSaysNothing() throws IOException {
        try (ServerSocket taken = listener();
                ServerSocket open = listener()) {
            assertEquals(
                    PortAnswer.UNTRIED,
                    from(taken.getLocalPort()).look(HERE, open.getLocalPort()).answer());
        }
    }
}
