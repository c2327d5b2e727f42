package io.pgha.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.config.Settings.HttpSettings;
import io.pgha.engine.Status;
import io.pgha.model.GateState;
import io.pgha.model.NodeState;
import io.pgha.model.Probed;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

class StatusServerTest {

    private final StoredDesk desk = new StoredDesk(Sample.primary().status());
    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private Optional<StatusServer> server = Optional.empty();

    @BeforeEach
    void open() throws IOException {
        server = Optional.of(StatusServer.open(
                new HttpSettings("127.0.0.1", 0),
                desk,
                new Metrics(desk, () -> Sample.NOW),
                Sample.policy(),
                () -> Sample.NOW));
    }

    @AfterEach
    void close() {
        server.ifPresent(StatusServer::close);
    }

    private int port() {
        return server.orElseThrow().address().getPort();
    }

    private HttpResponse<String> send(String method, String path)
            throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path))
                        .timeout(Duration.ofSeconds(20))
                        .method(method, HttpRequest.BodyPublishers.noBody())
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private int code(String path) throws IOException, InterruptedException {
        return send("GET", path).statusCode();
    }

    @Test
    void onlyAnOpenReadWritePrimaryIsPrimary() throws Exception {
        assertEquals(200, code("/primary"));
        assertEquals(503, code("/standby"));

        Sample closed = Sample.primary();
        closed.gate = new Probed.Answered<>(GateState.CLOSED, Sample.AT);
        desk.status = closed.status();
        assertEquals(503, code("/primary"));

        Sample unread = Sample.primary();
        unread.gate = new Probed.Silent<>("nft gave no answer", Sample.AT);
        desk.status = unread.status();
        assertEquals(503, code("/primary"));

        Sample readOnly = Sample.primary();
        readOnly.local = new Probed.Answered<>(Sample.following("streaming"), Sample.AT);
        desk.status = readOnly.status();
        assertEquals(503, code("/primary"));

        Sample promoting = Sample.primary();
        promoting.state = NodeState.PROMOTING;
        desk.status = promoting.status();
        assertEquals(503, code("/primary"));
    }

    @Test
    void aStandbyStreamsAndIsWithinTheLagThatWasAskedFor() throws Exception {
        desk.status = Sample.standby().status();

        assertEquals(200, code("/standby"));
        assertEquals(200, code("/replica"));
        assertEquals(200, code("/standby?lag=16kB"));
        assertEquals(503, code("/standby?lag=16383"));
        assertEquals(400, code("/standby?lag=much"));
        assertEquals(503, code("/primary"));

        Sample unknown = Sample.standby();
        unknown.lagBytes = Optional.empty();
        desk.status = unknown.status();
        assertEquals(503, code("/standby?lag=1TB"));

        Sample cut = Sample.standby();
        cut.local = new Probed.Answered<>(Sample.following("waiting"), Sample.AT);
        desk.status = cut.status();
        assertEquals(503, code("/standby"));
    }

    @Test
    void healthNeedsAnAnswerOfPostgres() throws Exception {
        assertEquals(200, code("/health"));

        Sample dead = Sample.primary();
        dead.local = new Probed.Refused<>("connection refused", Sample.AT);
        desk.status = dead.status();

        assertEquals(503, code("/health"));
    }

    @Test
    void headAndOptionsGiveTheSameCodeWithoutABody() throws Exception {
        assertEquals(200, send("HEAD", "/primary").statusCode());
        assertEquals(200, send("OPTIONS", "/primary").statusCode());
        assertEquals(503, send("OPTIONS", "/standby").statusCode());
        assertEquals("", send("HEAD", "/primary").body());
    }

    @Test
    void nothingCanBeChangedOverHttp() throws Exception {
        for (String method : List.of("POST", "PUT", "DELETE", "PATCH")) {
            assertEquals(405, send(method, "/primary").statusCode());
        }
        assertEquals(404, code("/promote"));
        assertEquals(List.of(), desk.asked);
    }

    @Test
    void statusIsTheSameJsonAsOnTheCommandLine() throws Exception {
        HttpResponse<String> response = send("GET", "/status");

        assertEquals(
                Optional.of("application/json"), response.headers().firstValue("Content-Type"));
        Golden.assertSame("status-primary.json", response.body());
    }

    @Test
    void metricsAreNamedAndTheUnknownIsNeverZero() throws Exception {
        Sample s = Sample.standby();
        s.lagBytes = Optional.empty();
        s.gate = new Probed.Silent<>("nft gave no answer", Sample.AT);
        s.peerAge = Optional.empty();
        desk.status = s.status();

        String page = send("GET", "/metrics").body();

        Golden.assertSame("metrics-unknown.txt", page);
        assertTrue(page.contains("\npgha_lag_bytes NaN\n"), page);
        assertTrue(page.contains("\npgha_gate_open NaN\n"), page);
        assertTrue(page.contains("\npgha_peer_age_seconds NaN\n"), page);
    }

    @Test
    void metricsOfAWorkflowAndItsRates() throws Exception {
        Sample s = Sample.primary();
        s.running = Optional.of(new Status.Running(
                "p", "release", 2, 7, "x", 1000, 4000, 10, Duration.ofSeconds(3)));
        desk.status = s.status();

        Golden.assertSame("metrics-primary.txt", send("GET", "/metrics").body());
    }

    @Test
    void slowClientsLoseTheirConnectionAndNotOurThreads() throws Exception {
        List<Socket> slow = new ArrayList<>();
        try {
            for (int i = 0; i < 2; i++) {
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), port());
                socket.getOutputStream().write("GET /prim".getBytes(StandardCharsets.US_ASCII));
                slow.add(socket);
            }

            assertEquals(200, code("/primary"));
        } finally {
            for (Socket socket : slow) {
                socket.close();
            }
        }
    }

    @Test
    void aPortThatIsTakenIsSaidWithTheKeyToChange() {
        IOException e = assertThrows(
                IOException.class,
                () -> StatusServer.open(
                        new HttpSettings("127.0.0.1", port()),
                        desk,
                        new Metrics(desk, () -> Sample.NOW),
                        Sample.policy(),
                        () -> Sample.NOW));

        assertTrue(String.valueOf(e.getMessage()).contains("http.port"), e.getMessage());
        assertFalse(String.valueOf(e.getMessage()).isEmpty());
    }
}
