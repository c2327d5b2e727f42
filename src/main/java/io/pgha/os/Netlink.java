package io.pgha.os;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A netlink socket (netlink(7)): questions and orders to the kernel without a program in between, many of them in one call. What
 * is put into messages and read from them is in the machine's own byte order. Not safe for threads.
 */
public final class Netlink implements AutoCloseable {

    /** Of the protocol that shows and ends sockets, see sock_diag(7). */
    public static final int SOCKETS = 4;

    /** Of the protocol of the firewall's rules (Linux, include/uapi/linux/netfilter/nfnetlink.h). */
    public static final int FIREWALL = 12;

    private static final int HEADER = 16;
    private static final short REQUEST = 1;
    private static final short DUMP = 0x300;
    private static final short ERROR = 2;
    private static final short DONE = 3;
    private static final int RECEIVE = 64 << 10;
    /** More than any single answer. */
    private static final int ONE = 512;
    /** Orders in one call. */
    private static final int AT_A_TIME = 20_000;
    /** What a socket may send without being allowed to. */
    private static final int FREE_BYTES = 64 << 10;

    private final int descriptor;

    private Netlink(int descriptor) {
        this.descriptor = descriptor;
    }

    /**
     * Opens one.
     *
     * @param protocol such as {@link #SOCKETS}
     */
    public static Netlink open(int protocol) throws IOException {
        return new Netlink(Kernel.netlink(protocol));
    }

    /**
     * Asks for a list.
     *
     * @param type of the question
     * @param question without the header
     * @param each is given the body of every message of the answer
     * @throws IOException when the kernel refuses, or the list has not ended within {@code limit}
     */
    public void list(short type, byte[] question, Duration limit, Consumer<ByteBuffer> each)
            throws IOException {
        byte[] message = new byte[HEADER + question.length];
        put(over(message), type, (short) (REQUEST | DUMP), question);
        Kernel.send(descriptor, message);
        long until = System.nanoTime() + limit.toNanos();
        byte[] received = new byte[RECEIVE];
        boolean more = true;
        while (more) {
            long millis = (until - System.nanoTime()) / 1_000_000;
            if (millis <= 0 || !Kernel.pollIn(descriptor, (int) millis)) {
                throw new IOException(
                        "the kernel's list has no end within " + limit.toMillis() + " ms");
            }
            int length = Kernel.receive(descriptor, received);
            more = read(ByteBuffer.wrap(received, 0, length).order(ByteOrder.nativeOrder()), each);
        }
    }

    /**
     * Asks for one thing.
     *
     * @param type of the question
     * @param question without the header
     * @return the body of the answer
     * @throws IOException when the kernel refuses, or has not answered within {@code limit}
     */
    public ByteBuffer ask(short type, byte[] question, Duration limit) throws IOException {
        byte[] message = new byte[HEADER + question.length];
        put(over(message), type, REQUEST, question);
        Kernel.drain(descriptor);
        Kernel.send(descriptor, message);
        if (!Kernel.pollIn(descriptor, (int) limit.toMillis())) {
            throw new IOException("the kernel gave no answer within " + limit.toMillis() + " ms");
        }
        byte[] received = new byte[ONE];
        ByteBuffer answer = ByteBuffer.wrap(received, 0, Kernel.receive(descriptor, received))
                .order(ByteOrder.nativeOrder());
        List<ByteBuffer> bodies = new ArrayList<>();
        read(answer, bodies::add);
        if (bodies.size() != 1) {
            throw new IOException("the kernel gave " + bodies.size() + " answers to one question");
        }
        return bodies.get(0);
    }

    /** False when the list has ended. */
    private static boolean read(ByteBuffer answer, Consumer<ByteBuffer> each) throws IOException {
        while (answer.remaining() >= HEADER) {
            int begin = answer.position();
            int length = answer.getInt(begin);
            short type = answer.getShort(begin + 4);
            if (length < HEADER || length > answer.remaining()) {
                throw new IOException("the kernel's list was cut off");
            }
            if (type == DONE) {
                return false;
            }
            if (type == ERROR) {
                throw new IOException("the kernel refused a list with error number "
                        + -answer.getInt(begin + HEADER));
            }
            each.accept(answer.slice(begin + HEADER, length - HEADER).order(answer.order()));
            answer.position(Math.min(answer.limit(), begin + (length + 3) / 4 * 4));
        }
        return true;
    }

    /**
     * Gives orders, one after the other, in one call: between two calls whatever the first orders have woken comes first. What became of them is not told: the kernel answers only what it refuses, and a list shows
     * it better.
     *
     * @param type of the orders
     * @param orders without headers
     */
    public void order(short type, List<byte[]> orders) throws IOException {
        for (int from = 0; from < orders.size(); from += AT_A_TIME) {
            List<byte[]> part = orders.subList(from, Math.min(orders.size(), from + AT_A_TIME));
            byte[] messages =
                    new byte[part.stream().mapToInt(o -> HEADER + o.length).sum()];
            ByteBuffer into = over(messages);
            part.forEach(order -> put(into, type, REQUEST, order));
            if (messages.length > FREE_BYTES) {
                Kernel.allowToSend(descriptor, 2 * messages.length);
            }
            Kernel.send(descriptor, messages);
        }
        Kernel.drain(descriptor);
    }

    private static ByteBuffer over(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
    }

    private static void put(ByteBuffer into, short type, short flags, byte[] body) {
        into.putInt(HEADER + body.length)
                .putShort(type)
                .putShort(flags)
                .putInt(0)
                .putInt(0);
        into.put(body);
    }

    @Override
    public void close() {
        Kernel.close(descriptor);
    }
}
