package io.pgha.peer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.model.Lsn;
import io.pgha.os.FreePort;
import io.pgha.os.NameServer;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.zip.CRC32C;

/** WAL over a connection of its own, on the link's port and with the link's keys. */
class WalVisitTest {

    private static final int SEGMENT = 1 << 20;
    private static final Lsn FROM = new Lsn(SEGMENT + 5_000);
    private static final Lsn TO = new Lsn(3 * SEGMENT + 77);

    @TempDir
    Path directory;

    private final byte[] wal = new byte[4 * SEGMENT];
    private TestNode node;
    private Path key;
    private String good;
    private WalVisit visit;
    private NameServer names;

    @BeforeEach
    void open() throws Exception {
        new Random(7).nextBytes(wal);
        key = Keys.pair(directory.resolve("pair.key"));
        int port = FreePort.next();
        good = "127.0.0.1:" + port;
        names = new NameServer();
        node = TestNode.of(Keys.ofA(key), port, FreePort.next());
        visit = to(good);
    }

    private WalVisit to(String... addresses) throws Exception {
        return new WalVisit(
                Keys.ofB(key), List.of(addresses), Duration.ofSeconds(10), names.book());
    }

    @AfterEach
    void close() {
        node.close();
        names.close();
    }

    @Test
    void whatIsAskedForComesInOrderWithTheChecksumOfWhatStandsBefore() throws Exception {
        node.link.give((cede, timeline, from, to) -> new Wal(Long.MAX_VALUE));
        Kept kept = new Kept();

        visit.fetch("c1", 1, FROM, TO, kept);

        CRC32C before = new CRC32C();
        before.update(wal, SEGMENT, 5_000);
        assertEquals(before.getValue(), kept.before);
        byte[] expected = new byte[(int) (TO.value() - FROM.value())];
        System.arraycopy(wal, (int) FROM.value(), expected, 0, expected.length);
        assertArrayEquals(expected, kept.bytes.toByteArray());
    }

    @Test
    void aNameThatDoesNotResolveIsPassedOverAndNamed() throws Exception {
        node.link.give((cede, timeline, from, to) -> new Wal(Long.MAX_VALUE));
        String unknown = "no.such.invalid:1";
        Kept kept = new Kept();

        to(unknown, good).fetch("c1", 1, FROM, TO, kept);
        assertEquals(TO.value() - FROM.value(), kept.bytes.size());
        visit = to(unknown);
        assertCutOff(unknown + " has a name that does not resolve", new Kept());
    }

    @Test
    void aPeerThatIsSilentOverOneNetworkIsVisitedOverTheOther() throws Exception {
        node.link.give((cede, timeline, from, to) -> new Wal(Long.MAX_VALUE));
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Kept kept = new Kept();
            to("127.0.0.1:" + silent.getLocalPort(), good).fetch("c1", 1, FROM, TO, kept);
            assertEquals(TO.value() - FROM.value(), kept.bytes.size());
        }
    }

    @Test
    void aVisitThatBreaksGoesOnByTheNextAddressWhereItEnded() throws Exception {
        List<Lsn> asked = new CopyOnWriteArrayList<>();
        node.link.give((cede, timeline, from, to) -> {
            asked.add(from);
            return new Wal(Long.MAX_VALUE, asked.size() == 1 ? 2 * SEGMENT : Long.MAX_VALUE);
        });
        Kept kept = new Kept();

        to(good, good).fetch("c1", 1, FROM, TO, kept);

        byte[] expected = new byte[(int) (TO.value() - FROM.value())];
        System.arraycopy(wal, (int) FROM.value(), expected, 0, expected.length);
        assertArrayEquals(expected, kept.bytes.toByteArray());
        assertEquals(FROM, asked.get(0));
        assertTrue(asked.get(1).value() > FROM.value(), asked::toString);
        CRC32C before = new CRC32C();
        before.update(wal, SEGMENT, 5_000);
        assertEquals(before.getValue(), kept.before);
    }

    @Test
    void aVisitUnderWayIsNotCutByWhatEndsTheConnectionsOfTheLink() throws Exception {
        node.link.give((cede, timeline, from, to) -> {
            node.link.close();
            return new Wal(Long.MAX_VALUE);
        });
        Kept kept = new Kept();

        visit.fetch("c1", 1, FROM, TO, kept);

        assertEquals(TO.value() - FROM.value(), kept.bytes.size());
    }

    /** Long before the fault the link has learnt where the peer is. */
    @Test
    void aPeerIsVisitedByItsNameWhenTheNameServerHangs() throws Exception {
        node.link.give((cede, timeline, from, to) -> new Wal(Long.MAX_VALUE));
        names.names("peer.example", "127.0.0.1");
        visit = to("peer.example:" + node.port);
        visit.fetch("c1", 1, FROM, TO, new Kept());
        names.hangs();
        Kept kept = new Kept();

        visit.fetch("c1", 1, FROM, TO, kept);

        assertEquals(TO.value() - FROM.value(), kept.bytes.size());
    }

    @Test
    void aNodeThatGivesNothingOutSaysSo() {
        assertCutOff("gives no WAL out", new Kept());
        node.link.give((cede, timeline, from, to) -> {
            throw new WalShelf.Closed("cede " + cede + " is not in force");
        });

        assertCutOff("cede c1 is not in force", new Kept());
    }

    @Test
    void whatCannotBeReadIsSaidAndNeverLeftOut() {
        node.link.give((cede, timeline, from, to) -> new Wal(2 * SEGMENT));

        assertCutOff("Input/output error", new Kept());
    }

    @Test
    void aTakerThatCannotKeepItIsNotTakenForAPeerThatIsGone() {
        node.link.give((cede, timeline, from, to) -> new Wal(Long.MAX_VALUE));
        Kept full = new Kept();
        full.room = 100_000;

        IOException said =
                assertThrows(IOException.class, () -> visit.fetch("c1", 1, FROM, TO, full));
        assertEquals("No space left on device", said.getMessage());
    }

    private void assertCutOff(String words, Kept kept) {
        WalVisit.CutOff said =
                assertThrows(WalVisit.CutOff.class, () -> visit.fetch("c1", 1, FROM, TO, kept));
        assertTrue(String.valueOf(said.getMessage()).contains(words), said.getMessage());
    }

    private static final class Kept implements WalVisit.Taker {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private long before = -1;
        private int room = Integer.MAX_VALUE;

        @Override
        public void before(long checksum) {
            before = checksum;
        }

        @Override
        public void bytes(ByteBuffer more) throws IOException {
            if (bytes.size() + more.remaining() > room) {
                throw new IOException("No space left on device");
            }
            byte[] part = new byte[more.remaining()];
            more.get(part);
            bytes.write(part);
        }
    }

    private final class Wal implements WalShelf.Reading {
        private final long readable;
        private final long lasting;

        Wal(long readable) {
            this(readable, Long.MAX_VALUE);
        }

        /** @param lasting where the program that reads dies */
        Wal(long readable, long lasting) {
            this.readable = readable;
            this.lasting = lasting;
        }

        @Override
        public long segmentSize() {
            return SEGMENT;
        }

        @Override
        public void read(Lsn position, ByteBuffer into) throws IOException {
            if (position.value() > lasting) {
                throw new IllegalStateException("the program dies");
            }
            if (position.value() + into.remaining() > readable) {
                throw new IOException("Input/output error");
            }
            into.put(wal, (int) position.value(), into.remaining());
        }

        @Override
        public void close() {}
    }
}
