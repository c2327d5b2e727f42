package io.pgha.network;

import io.pgha.os.Netlink;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.OptionalInt;

/**
 * The number of nftables' ruleset, which the kernel raises with every change that anybody makes to any part of it (Linux,
 * include/uapi/linux/netfilter/nf_tables.h, NFT_MSG_GETGEN; libnftables keeps its own cache by it). Elements that run out do not
 * raise it. Asking for it costs a fiftieth of a listing. Used by one thread.
 */
final class NftGeneration implements AutoCloseable {

    private static final int SUBSYSTEM = 10;
    private static final short GET = (short) (SUBSYSTEM << 8 | 16);
    private static final short ID = 1;
    /** nfgenmsg: any family, version 0, no resource. */
    private static final byte[] QUESTION = new byte[4];

    private static final Duration LIMIT = Duration.ofMillis(100);

    private final Netlink netlink;

    private NftGeneration(Netlink netlink) {
        this.netlink = netlink;
    }

    static NftGeneration open() throws IOException {
        return new NftGeneration(Netlink.open(Netlink.FIREWALL));
    }

    /** Empty when the kernel's answer has none. */
    OptionalInt now() throws IOException {
        ByteBuffer answer = netlink.ask(GET, QUESTION, LIMIT);
        answer.position(QUESTION.length);
        while (answer.remaining() >= 2 * Short.BYTES) {
            int begin = answer.position();
            int length = answer.getShort(begin);
            if (length < 2 * Short.BYTES || length > answer.remaining()) {
                return OptionalInt.empty();
            }
            if (answer.getShort(begin + Short.BYTES) == ID
                    && length == 2 * Short.BYTES + Integer.BYTES) {
                // Attributes of netfilter are in the network's byte order.
                return OptionalInt.of(answer.slice(begin + 2 * Short.BYTES, Integer.BYTES)
                        .order(ByteOrder.BIG_ENDIAN)
                        .getInt());
            }
            answer.position(Math.min(answer.limit(), begin + (length + 3) / 4 * 4));
        }
        return OptionalInt.empty();
    }

    @Override
    public void close() {
        netlink.close();
    }
}
