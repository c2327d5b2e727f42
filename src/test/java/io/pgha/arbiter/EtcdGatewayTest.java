package io.pgha.arbiter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpServer;

import io.pgha.arbiter.Correspondence.Unanswered;
import io.pgha.config.Settings.EtcdPlace;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What is believed to be etcd's answer. The true ones are as etcd 3.4.23 gave them. */
final class EtcdGatewayTest {

    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final String HEADER = "\"header\":{\"cluster_id\":\"324952591200643719\","
            + "\"member_id\":\"3319814642761637952\",\"revision\":\"2\",\"raft_term\":\"2\"}";

    private final List<HttpServer> servers = new ArrayList<>();

    @AfterEach
    void close() {
        servers.forEach(server -> server.stop(0));
    }

    /** Something that answers every question the same way, with code 200. */
    private String endpoint(String answer) throws IOException {
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 8);
        byte[] body = answer.getBytes(UTF_8);
        server.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        servers.add(server);
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private EtcdGateway gateway(String... answers) throws IOException {
        List<String> endpoints = new ArrayList<>();
        for (String answer : answers) {
            endpoints.add(endpoint(answer));
        }
        EtcdPlace place = new EtcdPlace(
                endpoints, "/pgha", Optional.empty(), Optional.empty(), Optional.empty());
        return new EtcdGateway(place, "/pgha/a+b", LIMIT, new Web(LIMIT));
    }

    private static void assertForeign(Unanswered e) {
        String words = String.valueOf(e.getMessage());
        assertTrue(words.endsWith("gave an answer that is not etcd's"), words);
    }

    @Test
    void anAnswerWithoutARevisionIsNotEtcdsAndNoAbsentKey() throws Exception {
        for (String answer : List.of("{}", "{\"kvs\":[]}", "{\"header\":{}}", "[]", "null")) {
            try (EtcdGateway gateway = gateway(answer)) {
                assertForeign(assertThrows(Unanswered.class, gateway::read));
            }
        }
    }

    @Test
    void aRefusedSwapWithoutARevisionIsNotEtcdsAndNoAbsentKey() throws Exception {
        try (EtcdGateway gateway = gateway("{\"responses\":[{\"response_range\":{}}]}")) {
            assertForeign(assertThrows(Unanswered.class, () -> gateway.swap(0, "x")));
        }
    }

    @Test
    void afterAForeignAnswerTheNextEndpointIsAsked() throws Exception {
        try (EtcdGateway gateway = gateway("{}", "{" + HEADER + "}")) {
            assertForeign(assertThrows(Unanswered.class, gateway::read));

            assertEquals(new EtcdKey.State(0, Optional.empty()), gateway.read());
        }
    }

    @Test
    void aKeyThatIsAbsentAndOneThatIsThereAreRead() throws Exception {
        try (EtcdGateway absent = gateway("{" + HEADER + "}");
                EtcdGateway there = gateway("{" + HEADER
                        + ",\"kvs\":[{\"key\":\"eA==\",\"create_revision\":\"2\",\"mod_revision\":\"2\","
                        + "\"version\":\"1\",\"value\":\"eA==\"}],\"count\":\"1\"}")) {
            assertEquals(new EtcdKey.State(0, Optional.empty()), absent.read());
            assertEquals(new EtcdKey.State(2, Optional.of("x")), there.read());
        }
    }

    @Test
    void aSwapThatWasRefusedOverAnAbsentKeyIsUnderstood() throws Exception {
        try (EtcdGateway gateway = gateway("{" + HEADER
                + ",\"responses\":[{\"response_range\":{\"header\":{\"revision\":\"2\"}}}]}")) {
            EtcdKey.Swap swap = gateway.swap(7, "x");

            assertEquals(new EtcdKey.Swap(false, new EtcdKey.State(0, Optional.empty())), swap);
        }
    }
}
