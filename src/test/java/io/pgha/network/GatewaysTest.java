package io.pgha.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.pgha.model.MonoTime;
import io.pgha.model.Probed;
import io.pgha.os.NameServer;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

final class GatewaysTest {

    private static final String NAME = "gateway.example";

    private final NameServer server = new NameServer();
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void close() {
        server.close();
        threads.shutdownNow();
    }

    private Gateways gateway(int port, Duration timeout) {
        return new Gateways(List.of(NAME + ":" + port), timeout, threads, server.book());
    }

    private static Probed<Duration> look(Gateways gateways) throws Exception {
        return gateways.look(() -> new MonoTime(System.nanoTime())).get(0).probe();
    }

    private static ServerSocket listening() throws Exception {
        return new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
    }

    @Test
    void aGatewayThatAnsweredByItsNameIsSeenWhileTheNameServerHangs() throws Exception {
        try (ServerSocket there = listening()) {
            server.names(NAME, "127.0.0.1");
            Gateways gateways = gateway(there.getLocalPort(), Duration.ofSeconds(4));
            assertInstanceOf(Probed.Answered.class, look(gateways));
            server.hangs();

            assertInstanceOf(Probed.Answered.class, look(gateways));
        }
    }

    @Test
    void aGatewayThatAnsweredByItsNameIsSeenWhileItsNameIsUnknown() throws Exception {
        try (ServerSocket there = listening()) {
            server.names(NAME, "127.0.0.1");
            Gateways gateways = gateway(there.getLocalPort(), Duration.ofSeconds(10));
            assertInstanceOf(Probed.Answered.class, look(gateways));
            server.names(NAME);

            assertInstanceOf(Probed.Answered.class, look(gateways));
        }
    }

    @Test
    void aNameThatNeverResolvedIsSilentForWantOfAnAddress() throws Exception {
        Probed<Duration> seen = look(gateway(1, Duration.ofSeconds(10)));

        assertEquals(
                "its name does not resolve",
                assertInstanceOf(Probed.Silent.class, seen).why());
    }
}
