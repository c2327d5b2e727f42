package io.pgha.booted;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Knocks at PostgreSQL's port of each node every 20 ms, whether the knock before was answered or not: a client that waits for
 * a silent machine would not see its gate open for a moment. Whoever opens after a time of refusals or silence is asked at the
 * first hundred knocks what it is, as the role {@link #ROLE} that needs no password, so that a port that is open is told from a
 * primary behind it. It writes a line for each knock: its outcome, the node, and when it was sent and answered. Ends when its
 * standard input does. Arguments: name and address of each node.
 */
public final class KnockerMain {

    /** Who asks; in the database postgres. */
    static final String ROLE = "knocker";

    /** What became of a knock. */
    enum Outcome {
        /** The port took the connection, and nobody was asked anything. */
        ACCEPTED,
        /** The port took the connection, and a primary answered. */
        PRIMARY,
        /** The port took the connection, and PostgreSQL says that it is no primary, or not yet anything. */
        NO_PRIMARY,
        /** The port took the connection, and it ended without an answer. */
        LOST,
        /** It was refused. */
        REFUSED,
        /** No answer within a second, or no machine. */
        SILENT;

        /** Whether the gate was open. */
        boolean isOpen() {
            return switch (this) {
                case ACCEPTED, PRIMARY, NO_PRIMARY, LOST -> true;
                case REFUSED, SILENT -> false;
            };
        }
    }

    private static final long EVERY_NANOS = 20_000_000;
    private static final long PATIENCE_NANOS = 1_000_000_000;
    private static final int PORT = 5432;
    private static final int QUESTIONS = 100;

    private record Knock(SocketChannel channel, long sent, ServerWords words) {}

    private final PrintStream out;
    private final String node;
    private final InetSocketAddress address;
    private final List<Knock> waiting = new ArrayList<>();
    private int questions;

    private KnockerMain(PrintStream out, String node, String address) {
        this.out = out;
        this.node = node;
        this.address = new InetSocketAddress(address, PORT);
    }

    /** Runs until standard input ends. */
    public static void main(String[] args) throws IOException {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        for (int i = 0; i + 1 < args.length; i += 2) {
            KnockerMain knocker = new KnockerMain(out, args[i], args[i + 1]);
            Thread thread = new Thread(knocker::run, "knocks at " + args[i]);
            thread.setDaemon(true);
            thread.start();
        }
        while (System.in.read() >= 0) {
            // Only its end matters.
        }
        Runtime.getRuntime().halt(0);
    }

    private void run() {
        try (Selector selector = Selector.open()) {
            long next = System.nanoTime();
            while (true) {
                long now = System.nanoTime();
                if (now >= next) {
                    knock(selector);
                    next = Math.max(next + EVERY_NANOS, now - EVERY_NANOS);
                }
                selector.select(Math.max(1, (next - System.nanoTime()) / 1_000_000));
                selector.selectedKeys().forEach(this::ready);
                selector.selectedKeys().clear();
                giveUp();
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void knock(Selector selector) throws IOException {
        SocketChannel channel = SocketChannel.open();
        channel.configureBlocking(false);
        Knock knock = new Knock(channel, System.nanoTime(), new ServerWords());
        try {
            channel.connect(address);
            channel.register(selector, SelectionKey.OP_CONNECT, knock);
            waiting.add(knock);
        } catch (IOException e) {
            end(knock, Outcome.SILENT); // No way to it at all.
        }
    }

    private void ready(SelectionKey key) {
        Knock knock = (Knock) key.attachment();
        if (key.isValid() && key.isConnectable()) {
            connected(key, knock);
        } else if (key.isValid() && key.isReadable()) {
            heard(knock);
        }
    }

    private void connected(SelectionKey key, Knock knock) {
        try {
            if (!knock.channel().finishConnect()) {
                return;
            }
        } catch (java.net.ConnectException e) {
            end(knock, Outcome.REFUSED);
            return;
        } catch (IOException e) {
            end(knock, Outcome.SILENT);
            return;
        }
        if (questions >= QUESTIONS) {
            end(knock, Outcome.ACCEPTED);
            return;
        }
        questions++;
        try {
            knock.channel().write(ServerWords.login(ROLE, "postgres"));
            key.interestOps(SelectionKey.OP_READ);
        } catch (IOException e) {
            end(knock, Outcome.LOST);
        }
    }

    private void heard(Knock knock) {
        try {
            ByteBuffer bytes = ByteBuffer.allocate(4096);
            int count = knock.channel().read(bytes);
            if (count < 0) {
                end(knock, Outcome.LOST);
                return;
            }
            knock.words().add(bytes.flip());
            knock.words().verdict().ifPresent(outcome -> end(knock, outcome));
        } catch (IOException e) {
            end(knock, Outcome.LOST);
        }
    }

    private void giveUp() {
        long before = System.nanoTime() - PATIENCE_NANOS;
        while (!waiting.isEmpty() && waiting.get(0).sent() < before) {
            Knock late = waiting.get(0);
            end(late, late.channel().isConnected() ? Outcome.LOST : Outcome.SILENT);
        }
    }

    private void end(Knock knock, Outcome outcome) {
        waiting.remove(knock);
        if (!outcome.isOpen()) {
            questions = 0;
        }
        try {
            knock.channel().close();
        } catch (IOException e) {
            // Its outcome is known.
        }
        out.println(outcome + " " + node + " " + knock.sent() + " " + System.nanoTime());
    }
}
