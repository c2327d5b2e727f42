package io.pgha.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pgha.model.LinkView;
import io.pgha.model.MonoTime;
import io.pgha.model.PeerView;
import io.pgha.os.FreePort;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.Closeable;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import javax.net.ssl.SSLSocket;

class PeerLinkTest {

    @TempDir
    static Path directory;

    /** Three stages of one rotation: before, both generations, after. */
    private static Path file;

    private static Path both;
    private static Path fresh;
    private static PairKey keyA;
    private static PairKey keyB;

    private int portA;
    private int portB;

    @BeforeAll
    static void makeKeys() throws Exception {
        file = Keys.pair(directory.resolve("pair.key"));
        both = copy(file, "both.key");
        Keys.keygen().rotate(both, Keys.NOW);
        fresh = copy(both, "fresh.key");
        Keys.keygen().retire(fresh);
        keyA = Keys.ofA(file);
        keyB = Keys.ofB(file);
    }

    private static Path copy(Path from, String name) throws IOException {
        return Files.copy(from, directory.resolve(name), StandardCopyOption.COPY_ATTRIBUTES);
    }

    @BeforeEach
    void choosePorts() throws Exception {
        portA = FreePort.next();
        portB = FreePort.next();
    }

    @Test
    void bothNodesHearEachOtherAndMeasureTheRoundTrip() throws Exception {
        MonoTime before = TestNode.now();
        try (TestNode a = TestNode.of(keyA, portA, portB);
                TestNode b = TestNode.of(keyB, portB, portA)) {
            PeerView ofA = a.awaitUp();
            PeerView ofB = b.awaitUp();

            assertEquals(Keys.B, ofA.last().orElseThrow().node());
            assertEquals(Keys.A, ofB.last().orElseThrow().node());
            LinkView link = ofA.links().get(0);
            Duration trip = link.roundTrip().orElseThrow();
            assertTrue(trip.toNanos() > 0 && trip.compareTo(TestNode.PACE.answerDeadline()) < 0);
            assertTrue(ofA.contactAt().orElseThrow().isAfter(before));
            assertTrue(link.lastAnswered().orElseThrow().isAfter(before));
            long spoken = ofA.last().orElseThrow().wallClockMillis();
            a.await("news", view -> view.last().orElseThrow().wallClockMillis() > spoken + 5);
        }
    }

    @Test
    void aRestartedPeerIsHeardAgain() throws Exception {
        try (TestNode a = TestNode.of(keyA, portA, portB)) {
            try (TestNode b = TestNode.of(keyB, portB, portA)) {
                b.awaitUp();
                a.awaitUp();
            }
            PeerView alone = a.await(
                    "both directions down",
                    view -> view.links().stream().noneMatch(LinkView::up)
                            && !view.trouble().isEmpty());
            assertTrue(alone.last().isPresent());
            List<String> peers = List.of("127.0.0.1:" + portA);
            try (TestNode b = new TestNode(keyB, portB, peers, "i2", 1)) {
                a.await(
                        "the second start",
                        view -> view.last().orElseThrow().incarnation().equals("i2"));
                a.awaitUp();
                b.awaitUp();
            }
        }
    }

    @Test
    void anotherPairKeyIsRefusedInWordsOnBothSides() throws Exception {
        try (TestNode a = TestNode.of(keyA, portA, portB);
                TestNode b = TestNode.of(Keys.ofB(fresh), portB, portA)) {
            a.awaitTrouble("with another pair key");
            b.awaitTrouble("pair key");
            assertTrue(a.link.view().last().isEmpty());
            assertTrue(b.link.view().last().isEmpty());
            assertTrue(a.link.view().contactAt().isEmpty());
        }
    }

    @Test
    void aPeerWithThisNodesOwnNameIsRefusedInWords() throws Exception {
        try (TestNode a = TestNode.of(keyA, portA, portA)) {
            a.awaitTrouble("is also called 'a'");
        }
    }

    @Test
    void plainTextIsRefusedInWordsAndDoesNotDisturbThePeer() throws Exception {
        try (TestNode a = TestNode.of(keyA, portA, portB)) {
            try (Socket socket = Strangers.connect(portA)) {
                socket.getOutputStream().write("GET / HTTP/1.0\r\n\r\n".getBytes(UTF_8));
                Strangers.readToEnd(socket);
            }
            a.awaitTrouble("speaks plain text");
            try (TestNode b = TestNode.of(keyB, portB, portA)) {
                a.awaitUp();
                b.awaitUp();
            }
        }
    }

    @Test
    void anOverlongLineAndAForeignLineAreRefusedInWords() throws Exception {
        try (TestNode a = TestNode.of(keyA, portA, portB)) {
            try (SSLSocket socket = Strangers.connect(keyB, portA)) {
                socket.getOutputStream().write("x".repeat(70_000).getBytes(UTF_8));
                Strangers.readToEnd(socket);
            }
            a.awaitTrouble("longer than 64 KB");
            try (SSLSocket socket = Strangers.connect(keyB, portA)) {
                socket.getOutputStream().write("{\"seq\":1,\"message\":{}}\n".getBytes(UTF_8));
                Strangers.readToEnd(socket);
            }
            a.awaitTrouble("without 'protocol'");
        }
    }

    @Test
    void oneVersionStepIsTolerated() throws Exception {
        List<String> toA = List.of("127.0.0.1:" + portA);
        try (TestNode a = TestNode.of(keyA, portA, portB);
                TestNode b = new TestNode(keyB, portB, toA, "i1", 2)) {
            a.awaitUp();
            b.awaitUp();
        }
    }

    @Test
    void twoVersionStepsAreRefusedOnBothSidesWithBothVersions() throws Exception {
        List<String> toA = List.of("127.0.0.1:" + portA);
        try (TestNode a = TestNode.of(keyA, portA, portB);
                TestNode b = new TestNode(keyB, portB, toA, "i1", 3)) {
            String atA = a.awaitTrouble("link version 3").trouble();
            String atB = b.awaitTrouble("link version 1").trouble();

            assertTrue(atA.contains("0.3.0") && atA.contains("0.1.0"), atA);
            assertTrue(atB.contains("0.3.0") && atB.contains("0.1.0"), atB);
            assertTrue(a.link.view().contactAt().isEmpty());
        }
    }

    @Test
    void aPeerThatAcceptsAndNeverAnswersIsShownDownWithinTheDeadline() throws Exception {
        LinkPace quick = new LinkPace(Duration.ofMillis(100), Duration.ofMillis(500));
        List<String> toB = List.of("127.0.0.1:" + portB);
        try (TestNode a = new TestNode(keyA, portA, toB, "i1", 1, quick)) {
            try (TestNode b = TestNode.of(keyB, portB, portA)) {
                a.awaitUp();
                b.awaitUp();
            }
            Closeable silent = Strangers.silentServer(keyB, portB);
            try {
                PeerView view = a.await("down", one -> one.trouble().contains("does not answer"));
                assertFalse(view.links().get(0).up());
            } finally {
                silent.close();
            }
        }
    }

    @Test
    void onePeerAddressMayBeDead() throws Exception {
        List<String> toB = List.of("127.0.0.1:" + FreePort.next(), "127.0.0.1:" + portB);
        try (TestNode a = new TestNode(keyA, portA, toB, "i1", 1);
                TestNode b = TestNode.of(keyB, portB, portA)) {
            PeerView view = a.await(
                    "one up, one refused",
                    one -> one.links().get(1).up()
                            && one.links().get(0).trouble().contains("refused"));
            assertEquals("", view.trouble());
            assertFalse(view.links().get(0).up());
            b.awaitUp();
        }
    }

    @Test
    void aSideThatCannotConnectHasContactOverThePeersConnection() throws Exception {
        try (TestNode a = TestNode.of(keyA, portA, FreePort.next());
                TestNode b = TestNode.of(keyB, portB, portA)) {
            b.awaitUp();
            PeerView view = a.await("contact", one -> one.contactAt().isPresent());
            assertEquals("", view.trouble());
            assertFalse(view.links().get(0).up());
            MonoTime first = view.contactAt().orElseThrow();
            a.await("newer contact", one -> one.contactAt().orElseThrow().isAfter(first));
        }
    }

    @Test
    void strangersWhoSayNothingDoNotKeepThePeerOut() throws Exception {
        List<Socket> crowd = new ArrayList<>();
        try (TestNode a = TestNode.of(keyA, portA, portB)) {
            for (int i = 0; i < 60; i++) {
                crowd.add(Strangers.connect(portA));
            }
            try (TestNode b = TestNode.of(keyB, portB, portA)) {
                b.awaitUp();
                a.awaitUp();
            }
        } finally {
            for (Socket socket : crowd) {
                socket.close();
            }
        }
    }

    @Test
    void aThousandConnectionsLeaveNoThreadAndNoDescriptorBehind() throws Exception {
        try (TestNode a = TestNode.of(keyA, portA, portB)) {
            restartPeer(a, 0);
            long threads = linkThreads();
            long descriptors = descriptors();
            for (int i = 1; i <= 60; i++) {
                restartPeer(a, i);
            }
            for (int i = 0; i < 380; i++) {
                Strangers.connect(portA).close();
                Strangers.connect(keyB, portA).close();
            }
            a.await("quiet", view -> view.links().stream().noneMatch(LinkView::up));
            restartPeer(a, 61);

            assertEquals(threads, linkThreads());
            assertTrue(descriptors() <= descriptors + 10, descriptors + " -> " + descriptors());
        }
    }

    private void restartPeer(TestNode a, int start) throws Exception {
        List<String> toA = List.of("127.0.0.1:" + portA);
        try (TestNode b = new TestNode(keyB, portB, toA, "start" + start, 1)) {
            a.await(
                    "start " + start,
                    view -> view.last()
                            .filter(one -> one.incarnation().equals("start" + start))
                            .isPresent());
            b.awaitUp();
        }
    }

    private static long linkThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(one -> one.getName().startsWith("peer-"))
                .count();
    }

    private static long descriptors() throws Exception {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.count();
        }
    }

    @Test
    void aPortInUseAndAForeignAddressAreNamed() throws Exception {
        try (TestNode a = TestNode.of(keyA, portA, portB)) {
            String words = assertThrows(
                            PeerLinkException.class, () -> TestNode.of(keyB, portA, portB))
                    .toString();
            assertTrue(words.contains("already used") && words.contains("" + portA), words);
            a.link.close();
            a.link.close();
        }
        TestNode.of(keyA, portA, portB).close();
    }

    @Test
    void anExpiredCertificateStillWorks() throws Exception {
        Path old = directory.resolve("expired.key");
        new Keygen(Keygen.keytool(), Duration.ofDays(30))
                .create(
                        old,
                        Keys.A,
                        Keys.B,
                        Keys.NOW.minus(Duration.ofDays(4000)),
                        Keygen.Existing.REFUSE);
        assertTrue(Keys.ofA(old).expiresIn(Keys.NOW).isNegative());
        try (TestNode a = TestNode.of(Keys.ofA(old), portA, portB);
                TestNode b = TestNode.of(Keys.ofB(old), portB, portA)) {
            a.awaitUp();
            b.awaitUp();
        }
    }

    @Test
    void aRotationNeverCutsTheLinkWhateverNodeGoesFirst() throws Exception {
        for (List<Path> mix : List.of(
                List.of(file, both),
                List.of(both, file),
                List.of(both, both),
                List.of(both, fresh),
                List.of(fresh, both))) {
            choosePorts();
            try (TestNode a = TestNode.of(Keys.ofA(mix.get(0)), portA, portB);
                    TestNode b = TestNode.of(Keys.ofB(mix.get(1)), portB, portA)) {
                a.awaitUp();
                b.awaitUp();
            }
        }
    }
}
