package io.pgha.arbiter;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;

import io.pgha.json.JsonRefused;
import io.pgha.model.NodeId;
import io.pgha.os.BoundedExecutor;
import io.pgha.peer.ModelJson;
import io.pgha.peer.WitnessKey;
import io.pgha.peer.WitnessTls;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLPeerUnverifiedException;

/**
 * Takes the nodes' questions over TLS 1.3; who asks is proven by the certificate and by nothing in the question. Threads,
 * the questions that wait, their length and the time each may take are bounded.
 */
final class WitnessServer implements AutoCloseable {

    private static final int THREADS = 8;
    private static final int QUEUE = 128;
    private static final int BACKLOG = 128;
    private static final Duration LIMIT = Duration.ofSeconds(3);

    private final HttpsServer server;
    private final BoundedExecutor executor = new BoundedExecutor("witness", THREADS, QUEUE, LIMIT);
    private final Map<WitnessKey, BallotBox> boxes;

    private WitnessServer(HttpsServer server, Map<WitnessKey, BallotBox> boxes) {
        this.server = server;
        this.boxes = Map.copyOf(boxes);
    }

    /** Who asks, proven. */
    private record Caller(NodeId node, BallotBox box) {}

    /** A question that cannot be answered: an HTTP code and a sentence. */
    private static final class Refusal extends Exception {
        private static final long serialVersionUID = 1L;
        private final int code;

        Refusal(int code, String message) {
            super(message);
            this.code = code;
        }
    }

    /**
     * Listens, and serves until {@link #close}.
     *
     * @throws IOException when the address cannot be listened on; the message says what to change
     */
    static WitnessServer open(InetSocketAddress address, Map<WitnessKey, BallotBox> boxes)
            throws IOException {
        HttpsServer server;
        try {
            SSLContext tls = WitnessTls.ofWitness(List.copyOf(boxes.keySet()));
            server = HttpsServer.create(address, BACKLOG);
            server.setHttpsConfigurator(new HttpsConfigurator(tls) {
                @Override
                public void configure(HttpsParameters parameters) {
                    parameters.setSSLParameters(WitnessTls.parametersOfWitness());
                }
            });
        } catch (GeneralSecurityException e) {
            throw new IOException("this Java runtime has no TLS 1.3: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new IOException(
                    "the witness cannot listen on " + address.getHostString() + " port "
                            + address.getPort() + ": " + e.getMessage()
                            + ". Change listen or port, or look who has the port: ss -ltnp",
                    e);
        }
        WitnessServer it = new WitnessServer(server, boxes);
        server.setExecutor(it.executor);
        server.createContext("/", it::handle);
        server.start();
        return it;
    }

    /** The real port, also when 0 was configured. */
    int port() {
        return server.getAddress().getPort();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            try {
                send(exchange, 200, "application/json", ModelJson.JSON.bytes(answer(exchange)));
            } catch (Refusal e) {
                byte[] words = (e.getMessage() + "\n").getBytes(UTF_8);
                send(exchange, e.code, "text/plain; charset=utf-8", words);
            }
        }
    }

    private static void send(HttpExchange exchange, int code, String type, byte[] body)
            throws IOException {
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(code, body.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(body);
        }
    }

    private Exchange.Answer answer(HttpExchange exchange) throws Refusal, IOException {
        if (!exchange.getRequestURI().getPath().equals(Exchange.PATH)) {
            throw new Refusal(404, "there is POST " + Exchange.PATH + " and nothing else");
        }
        if (!exchange.getRequestMethod().equals("POST")) {
            throw new Refusal(405, Exchange.PATH + " takes POST");
        }
        Caller caller = caller(exchange);
        byte[] body;
        try (InputStream in = exchange.getRequestBody()) {
            body = in.readNBytes(Exchange.MAX_BYTES + 1);
        }
        if (body.length > Exchange.MAX_BYTES) {
            throw new Refusal(413, "a question has at most " + Exchange.MAX_BYTES + " bytes");
        }
        Exchange.Question question;
        try {
            question = ModelJson.JSON.read(body, Exchange.Question.class);
        } catch (JsonRefused e) {
            throw new Refusal(400, "the question cannot be read: " + e.getMessage());
        }
        if (!question.ask().node().equals(caller.node())) {
            throw new Refusal(
                    403,
                    "the certificate is that of " + caller.node() + ", the question is asked as "
                            + question.ask().node());
        }
        try {
            return caller.box().ask(question);
        } catch (IOException e) {
            throw new Refusal(503, "the witness could not make it durable: " + e.getMessage());
        }
    }

    private Caller caller(HttpExchange exchange) throws Refusal {
        if (exchange instanceof HttpsExchange https) {
            try {
                Certificate[] chain = https.getSSLSession().getPeerCertificates();
                for (Map.Entry<WitnessKey, BallotBox> pair : boxes.entrySet()) {
                    Optional<NodeId> node = pair.getKey().nodeOf(chain[0]);
                    if (node.isPresent()) {
                        return new Caller(node.get(), pair.getValue());
                    }
                }
            } catch (SSLPeerUnverifiedException e) {
                throw new Refusal(403, "no certificate: " + e.getMessage());
            }
        }
        throw new Refusal(403, "the certificate is of no pair of this witness");
    }

    /** Ends at once; questions in flight are cut. */
    @Override
    public void close() {
        server.stop(0);
        executor.close();
    }
}
