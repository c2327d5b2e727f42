package io.pgha.arbiter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.arbiter.Correspondence.Unanswered;
import io.pgha.config.WitnessSettings;
import io.pgha.model.ArbiterAsk;
import io.pgha.model.ArbiterReply;
import io.pgha.model.ArbiterView;
import io.pgha.model.MonoTime;
import io.pgha.model.NodeId;
import io.pgha.os.AddressBook;
import io.pgha.os.NameServer;
import io.pgha.peer.Keygen;
import io.pgha.peer.PairKey;
import io.pgha.peer.PairKeyException;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A real witness and its clients over TLS on loopback. */
class WitnessTest {

    private static final Duration DEADLINE = Duration.ofSeconds(10);
    private static final NodeId A = Booth.A;
    private static final NodeId B = Booth.B;
    private static final NodeId C = new NodeId("c");

    @TempDir
    static Path shared;

    @TempDir
    Path state;

    private static Path pair;
    private static Path copy;
    private static Path otherPair;
    private static Path otherCopy;

    @BeforeAll
    static void makeKeys() throws PairKeyException {
        Keygen keygen = new Keygen(Keygen.keytool(), Keygen.VALIDITY);
        pair = shared.resolve("one.key");
        copy = shared.resolve("one-witness.key");
        otherPair = shared.resolve("two.key");
        otherCopy = shared.resolve("two-witness.key");
        keygen.create(pair, A, B, Instant.now(), Keygen.Existing.REFUSE);
        keygen.forWitness(pair, copy, Keygen.Existing.REFUSE);
        keygen.create(otherPair, A, C, Instant.now(), Keygen.Existing.REFUSE);
        keygen.forWitness(otherPair, otherCopy, Keygen.Existing.REFUSE);
    }

    private Witness witness(Path... pairs) throws PairKeyException, IOException {
        return Witness.open(
                new WitnessSettings(
                        "127.0.0.1",
                        0,
                        state,
                        List.of(pairs),
                        Booth.TERMS.margin(),
                        Booth.TERMS.claimTimeout(),
                        Booth.TERMS.longestLease()),
                () -> new MonoTime(System.nanoTime()),
                line -> {});
    }

    private static WitnessClient client(int port, Path file, NodeId self, NodeId peer)
            throws Exception {
        return new WitnessClient(
                "127.0.0.1", port, PairKey.read(file, self, peer), DEADLINE, new AddressBook());
    }

    private static String refusal(WitnessClient client, ArbiterAsk ask) {
        return String.valueOf(
                assertThrows(Unanswered.class, () -> client.put(ask)).getMessage());
    }

    @Test
    void itServesEachPairByItsKey() throws Exception {
        try (Witness witness = witness(copy, otherCopy);
                WitnessClient a = client(witness.port(), pair, A, B);
                WitnessClient b = client(witness.port(), pair, B, A);
                WitnessClient c = client(witness.port(), otherPair, C, A)) {
            assertEquals(List.of("a+b", "a+c"), witness.pairs());

            assertTrue(a.put(Booth.says(A, 7, A)).register().isEmpty());
            a.put(Booth.agrees(A, 7, A));
            ArbiterReply answer = b.put(Booth.says(B, 7, A));

            assertEquals(A, answer.register().orElseThrow().owner());
            assertTrue(c.put(Booth.says(C, 7, A)).register().isEmpty());
        }
    }

    @Test
    void aStrangersKeyIsRefused() throws Exception {
        try (Witness witness = witness(copy);
                WitnessClient stranger = client(witness.port(), otherPair, A, C)) {
            String words = refusal(stranger, Booth.says(A, 7, A));

            assertTrue(words.contains("which is no witness of this pair"), words);
            assertTrue(words.contains("keygen " + otherPair + " --for-witness"), words);
        }
    }

    /** Each question without an answer makes the client look for the next address. */
    private static void losesAnAnswer(WitnessClient client) {
        assertThrows(Unanswered.class, () -> client.put(Booth.says(B, 7, A)));
    }

    @Test
    void aWitnessWhoseNameResolvedIsAskedAtAllItsAddressesWhileTheNameServerHangs()
            throws Exception {
        try (NameServer server = new NameServer();
                Witness witness = witness(copy);
                WitnessClient a = new WitnessClient(
                        "witness.example",
                        witness.port(),
                        PairKey.read(pair, A, B),
                        DEADLINE,
                        server.book())) {
            server.names("witness.example", "127.0.0.2", "127.0.0.1");
            losesAnAnswer(a);
            server.hangs();

            assertTrue(a.put(Booth.says(A, 7, A)).register().isEmpty());
            losesAnAnswer(a);
            assertTrue(a.put(Booth.says(A, 7, A)).register().isEmpty());
        }
    }

    @Test
    void aNameThatNeverResolvedIsReportedWithinTheDeadlineAlthoughTheNameServerHangs()
            throws Exception {
        try (NameServer server = new NameServer();
                WitnessClient a = new WitnessClient(
                        "witness.example",
                        1,
                        PairKey.read(pair, A, B),
                        Duration.ofMillis(100),
                        server.book())) {
            server.hangs();

            String words = refusal(a, Booth.says(A, 7, A));

            assertTrue(words.contains("the name witness.example does not resolve"), words);
        }
    }

    @Test
    void aNodeCannotSpeakAsTheOther() throws Exception {
        try (Witness witness = witness(copy);
                WitnessClient b = client(witness.port(), pair, B, A)) {
            String words = refusal(b, Booth.says(A, 7, A));

            assertTrue(words.contains("code 403"), words);
            assertTrue(words.contains("certificate is that of b"), words);
        }
    }

    @Test
    void aRotationNeedsNoMomentAtWhichAllChangeAtOnce() throws Exception {
        Path rotated = state.resolve("rotated.key");
        Files.write(rotated, Files.readAllBytes(pair));
        Files.setPosixFilePermissions(rotated, Files.getPosixFilePermissions(pair));
        Keygen keygen = new Keygen(Keygen.keytool(), Keygen.VALIDITY);
        keygen.rotate(rotated, Instant.now());
        Path rotatedCopy = state.resolve("rotated-copy.key");
        keygen.forWitness(rotated, rotatedCopy, Keygen.Existing.REFUSE);

        try (Witness old = witness(copy, otherCopy);
                WitnessClient newer = client(old.port(), rotated, A, B)) {
            newer.put(Booth.says(A, 7, A));
        }
        try (Witness newer = witness(rotatedCopy, otherCopy);
                WitnessClient old = client(newer.port(), pair, A, B)) {
            old.put(Booth.says(A, 7, A));
        }
    }

    @Test
    void twoWitnessesCannotShareADirectory() throws Exception {
        try (Witness first = witness(copy)) {
            String words = String.valueOf(
                    assertThrows(IOException.class, () -> witness(copy)).getMessage());

            assertTrue(words.contains("another pgha witness"), words);
            assertTrue(first.port() > 0);
        }
    }

    @Test
    void aKeyWithoutAWitnessIsRefusedInWords() throws Exception {
        Path nodes = state.resolve("nodes.key");
        Files.writeString(nodes, "nothing");
        Files.setPosixFilePermissions(nodes, Files.getPosixFilePermissions(pair));

        assertThrows(PairKeyException.class, () -> witness(nodes));
        assertThrows(PairKeyException.class, () -> PairKey.read(copy, A, B));
    }

    @Test
    void whoOnlyConnectsHoldsNobodyUp() throws Exception {
        List<Socket> idle = new ArrayList<>();
        try (Witness witness = witness(copy);
                WitnessClient a = client(witness.port(), pair, A, B)) {
            for (int i = 0; i < 20; i++) {
                idle.add(new Socket(InetAddress.getLoopbackAddress(), witness.port()));
            }
            a.put(Booth.agrees(A, 7, A));
        } finally {
            for (Socket socket : idle) {
                socket.close();
            }
        }
    }

    @Test
    void anythingButAQuestionIsRefused() throws Exception {
        try (Witness witness = witness(copy)) {
            Web web = new Web(
                    io.pgha.peer.WitnessTls.ofNode(PairKey.read(pair, A, B)),
                    io.pgha.peer.WitnessTls.parametersOfNode(PairKey.read(pair, A, B)),
                    DEADLINE);
            assertEquals(404, post(web, witness, "/", "{}"));
            assertEquals(400, post(web, witness, Exchange.PATH, "{}"));
            assertEquals(400, post(web, witness, Exchange.PATH, "no JSON"));
            assertEquals(413, post(web, witness, Exchange.PATH, "x".repeat(20_000)));
        }
    }

    private static int post(Web web, Witness witness, String path, String body) throws Exception {
        return web.post(
                        "the witness",
                        URI.create("https://127.0.0.1:" + witness.port() + path),
                        body.getBytes(java.nio.charset.StandardCharsets.UTF_8),
                        Optional.empty(),
                        DEADLINE,
                        1000)
                .code();
    }

    @Test
    void aSilentPlaceIsReportedWithinTheDeadlineAndWhatWasKnownStays() throws Exception {
        LinkedBlockingQueue<Boolean> changes = new LinkedBlockingQueue<>();
        try (ServerSocket silent = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
            WitnessClient client = new WitnessClient(
                    "127.0.0.1",
                    silent.getLocalPort(),
                    PairKey.read(pair, A, B),
                    Duration.ofMillis(300),
                    new AddressBook());
            try (Correspondence it = Correspondence.begin(
                    client, () -> new MonoTime(System.nanoTime()), () -> changes.add(true))) {
                assertEquals(ArbiterView.NONE, it.view());

                it.ask(Booth.says(A, 7, A));

                assertTrue(changes.poll(20, TimeUnit.SECONDS));
                String trouble = it.view().trouble();
                assertTrue(trouble.contains("did not answer within 300 ms"), trouble);
                assertTrue(trouble.contains("systemctl status pgha-witness"), trouble);
                assertTrue(it.view().reply().isEmpty());
            }
        }
    }

    @Test
    void anAnswerSaysWhenItsQuestionWasSentAndEndsTheTrouble() throws Exception {
        LinkedBlockingQueue<Boolean> changes = new LinkedBlockingQueue<>();
        try (Witness witness = witness(copy)) {
            MonoTime before = new MonoTime(System.nanoTime());
            try (Correspondence it = Correspondence.begin(
                    client(witness.port(), pair, A, B),
                    () -> new MonoTime(System.nanoTime()),
                    () -> changes.add(true))) {
                it.ask(Booth.agrees(A, 7, A));

                assertTrue(changes.poll(20, TimeUnit.SECONDS));
                assertEquals("", it.view().trouble());
                assertTrue(it.view().askedAt().orElseThrow().isAfter(before));
                assertEquals(
                        A,
                        it.view().reply().orElseThrow().register().orElseThrow().owner());
                assertTrue(it.describe().startsWith("the witness 127.0.0.1 port "));
            }
        }
    }
}
