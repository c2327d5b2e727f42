package io.pgha.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;

final class AddressBookTest {

    private static final String NAME = "db.example";

    private final NameServer server = new NameServer();
    private final AddressBook book = server.book();
    private final InetAddress one = address(1);
    private final InetAddress two = address(2);

    @AfterEach
    void close() {
        server.close();
    }

    private static InetAddress address(int last) {
        try {
            return InetAddress.getByAddress(new byte[] {(byte) 192, 0, 2, (byte) last});
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    private static Deadline soon() {
        return Deadline.in(Duration.ofMillis(100));
    }

    private static Deadline late() {
        return Deadline.in(Duration.ofSeconds(10));
    }

    @Test
    void theAddressThatWorkedComesFirst() throws Exception {
        server.names(NAME, "192.0.2.1", "192.0.2.2");
        assertEquals(List.of(one, two), book.resolve(NAME, late()));

        book.worked(NAME, two);

        assertEquals(List.of(two, one), book.resolve(NAME, late()));
    }

    @Test
    void onlyWhatWorkedGoesOnWorkingWhileTheNameServerHangs() throws Exception {
        server.names(NAME, "192.0.2.1", "192.0.2.2");
        book.resolve(NAME, late());
        server.hangs();
        assertThrows(UnknownHostException.class, () -> book.resolve(NAME, soon()));

        book.worked(NAME, two);

        assertEquals(List.of(two), book.resolve(NAME, soon()));
    }

    @Test
    void allThatWasKnownIsRecalledWhetherItWorkedOrNot() throws Exception {
        assertThrows(UnknownHostException.class, () -> book.resolveOrRecall(NAME, soon()));
        server.names(NAME, "192.0.2.1", "192.0.2.2");
        book.resolveOrRecall(NAME, late());
        server.names(NAME);
        assertEquals(List.of(one, two), book.resolveOrRecall(NAME, late()));
        server.hangs();

        book.worked(NAME, two);

        assertEquals(List.of(two, one), book.resolveOrRecall(NAME, soon()));
    }

    @Test
    void anAddressNeedsNoNameServer() throws Exception {
        server.hangs();

        assertEquals(List.of(one), book.resolve("192.0.2.1", soon()));
    }

    @Test
    void aNameThatMovedIsFollowed() throws Exception {
        server.names(NAME, "192.0.2.1");
        book.resolve(NAME, late());
        book.worked(NAME, one);
        server.names(NAME, "192.0.2.2");

        assertEquals(List.of(two), book.resolve(NAME, late()));
        assertEquals(List.of(two), book.resolveOrRecall(NAME, late()));
    }
}
