package io.pgha.it;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Thousands of clients in the client machine, on one thread: each has logged in to a node's PostgreSQL, idles, and notes the
 * moment in which it learns that its session is over.
 */
final class IdleClients implements AutoCloseable {

    private static final int PROTOCOL = 3 << 16;
    /** That many log in at a time: a listener's queue is short. */
    private static final int AT_A_TIME = 32;

    private static final byte READY_FOR_QUERY = 'Z';
    private static final int READY_BYTES = 6;

    private final InetSocketAddress server;
    private final byte[] startup;
    private final Selector selector;
    private final Deque<SocketChannel> waiting = new ArrayDeque<>();
    private final List<Long> ended = Collections.synchronizedList(new ArrayList<>());
    private final ByteBuffer heard = ByteBuffer.allocate(8192);
    private final Thread thread = new Thread(this::run, "idle clients");
    private final AtomicInteger ready = new AtomicInteger();
    private volatile boolean closing;

    private IdleClients(LabNode node, String role) throws IOException {
        this.server = new InetSocketAddress(node.address(), 5432);
        this.startup = startup(role);
        this.selector = Selector.open();
    }

    /** Begins to connect that many; role and database are {@code role}, which must be let in without a password. */
    static IdleClients begin(Lab lab, LabNode node, String role, int count) {
        try {
            IdleClients clients = new IdleClients(node, role);
            try (InNetwork network = InNetwork.of(lab.client())) {
                // A socket is in the network of the thread that made it, whoever uses it.
                network.call(() -> {
                    for (int i = 0; i < count; i++) {
                        clients.waiting.add(SocketChannel.open());
                    }
                    return count;
                });
            }
            clients.thread.setDaemon(true);
            clients.thread.start();
            return clients;
        } catch (IOException e) {
            throw new IllegalStateException("no clients", e);
        }
    }

    /** How many have logged in so far, whatever became of them. */
    int ready() {
        return ready.get();
    }

    /** When each session that is over ended (System.nanoTime), in this order. */
    List<Long> ended() {
        synchronized (ended) {
            return List.copyOf(ended);
        }
    }

    private void run() {
        preferThisThread();
        try (selector) {
            for (int i = 0; i < AT_A_TIME; i++) {
                connectNext();
            }
            while (!closing) {
                selector.select();
                for (SelectionKey key : selector.selectedKeys()) {
                    serve(key);
                }
                selector.selectedKeys().clear();
            }
            for (SelectionKey key : selector.keys()) {
                key.channel().close();
            }
        } catch (IOException e) {
            throw new IllegalStateException("the idle clients stumbled", e);
        }
    }

    /** Clients have processors of their own; here they would wait for thousands of server processes that end. */
    private static void preferThisThread() {
        try {
            String thread =
                    Path.of("/proc/thread-self").toRealPath().getFileName().toString();
            Run.of(List.of("chrt", "--rr", "--pid", "1", thread)).orFail();
        } catch (IOException e) {
            throw new IllegalStateException("no number of this thread", e);
        }
    }

    private void connectNext() throws IOException {
        SocketChannel next = waiting.poll();
        if (next != null) {
            next.configureBlocking(false);
            next.connect(server);
            next.register(selector, SelectionKey.OP_CONNECT, false);
        }
    }

    /** What is attached tells whether the client has logged in. */
    private void serve(SelectionKey key) throws IOException {
        SocketChannel client = (SocketChannel) key.channel();
        boolean loggedIn = Boolean.TRUE.equals(key.attachment());
        try {
            if (key.isConnectable()) {
                client.finishConnect();
                client.write(ByteBuffer.wrap(startup));
                key.interestOps(SelectionKey.OP_READ);
                return;
            }
            heard.clear();
            if (client.read(heard) < 0) {
                throw new IOException("closed by the server");
            }
        } catch (IOException e) {
            long now = System.nanoTime();
            client.close();
            if (!loggedIn) {
                throw new IOException("a client was not let in", e);
            }
            ended.add(now);
            return;
        }
        int end = heard.position() - READY_BYTES;
        if (!loggedIn && end >= 0 && heard.get(end) == READY_FOR_QUERY) {
            key.attach(true);
            ready.incrementAndGet();
            connectNext();
        }
    }

    private static byte[] startup(String role) throws IOException {
        String fields = "user\0" + role + "\0database\0" + role + "\0application_name\0idle\0\0";
        byte[] body = fields.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream packet = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(packet)) {
            out.writeInt(2 * Integer.BYTES + body.length);
            out.writeInt(PROTOCOL);
            out.write(body);
        }
        return packet.toByteArray();
    }

    @Override
    public void close() {
        closing = true;
        selector.wakeup();
        try {
            thread.join(5_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
