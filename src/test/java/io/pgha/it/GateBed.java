package io.pgha.it;

import java.io.File;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Two machines on one wire: a server with a gate, and clients, one of whom has the address of the peer. The server listens on 5432
 * for both families by one socket, and on 6432 for IPv4 alone.
 */
final class GateBed implements AutoCloseable {

    static final String SERVER4 = "10.88.0.1";
    static final String SERVER6 = "fd88::1";
    static final String CLIENT4 = "10.88.0.2";
    static final String CLIENT6 = "fd88::2";
    static final String PEER4 = "10.88.0.3";
    static final String PEER6 = "fd88::3";
    static final int OBSERVER = 700;
    static final int POSTGRES = 5432;
    static final int POOLER = 6432;

    final Machine server = Machine.boot("gate-server");
    final Machine client = Machine.boot("gate-client");
    final InNetwork serverNet;
    final InNetwork clientNet;
    final ServerSocket postgres;
    final ServerSocket pooler;
    private final LabDirectory directory = LabDirectory.make("gate");
    private final String classPath;

    GateBed() {
        ip(
                "link add vs type veth peer name vc netns " + client.pid() + "\nlink set vs up\n"
                        + "addr add " + SERVER4 + "/24 dev vs\naddr add " + SERVER6
                        + "/64 dev vs nodad\n",
                server);
        StringBuilder there = new StringBuilder("link set vc up\n");
        for (String v4 : List.of(CLIENT4, PEER4)) {
            there.append("addr add ").append(v4).append("/24 dev vc\n");
        }
        for (String v6 : List.of(CLIENT6, PEER6)) {
            there.append("addr add ").append(v6).append("/64 dev vc nodad\n");
        }
        ip(there.toString(), client);
        serverNet = InNetwork.of(server);
        clientNet = InNetwork.of(client);
        postgres = serverNet.call(() -> new ServerSocket(POSTGRES, 200));
        pooler = serverNet.call(() -> {
            ServerSocketChannel v4 = ServerSocketChannel.open(StandardProtocolFamily.INET);
            return v4.bind(new InetSocketAddress("0.0.0.0", POOLER), 200).socket();
        });
        classPath = readableClassPath();
    }

    private static void ip(String batch, Machine machine) {
        List<String> command =
                List.of("nsenter", "-t", Long.toString(machine.pid()), "-n", "ip", "-batch", "-");
        Run.fed(batch, Run.SHORT, command).orFail();
    }

    /** PostgreSQL's owner may not be able to read the place where the build keeps its libraries. */
    private String readableClassPath() {
        String all = System.getProperty(
                "surefire.test.class.path", System.getProperty("java.class.path"));
        List<String> copies = new ArrayList<>();
        for (String entry : List.of(all.split(File.pathSeparator, -1))) {
            Path from = Path.of(entry);
            if (Files.exists(from) && !entry.isEmpty()) {
                Path to = directory.path().resolve(copies.size() + "-" + from.getFileName());
                Run.of(List.of("cp", "-rL", entry, to.toString())).orFail();
                copies.add(to.toString());
            }
        }
        return String.join(File.pathSeparator, copies);
    }

    /** A gate of a daemon with its two capabilities. */
    GateProgram gate(String backend) {
        return gate(backend, "pgha");
    }

    /** The same under another gate.name. */
    GateProgram gate(String backend, String name) {
        return new GateProgram(server.daemon(driver(
                backend, name, "5432,6432", PEER4 + "," + PEER6, Integer.toString(OBSERVER))));
    }

    /** The arguments of a driver with a deadline of 3 s. */
    List<String> driver(String... arguments) {
        List<String> command = new ArrayList<>(List.of("java", "-Xmx64m", "-XX:+UseSerialGC"));
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-Djffi.extract.dir=/tmp"));
        command.addAll(List.of("-cp", classPath, GateDriver.class.getName()));
        command.addAll(List.of(arguments));
        command.add("3000");
        return command;
    }

    /** Connects from an address of the client machine; {@code localPort} 0 for any. */
    Socket connect(String from, int localPort, String to, int port) {
        return clientNet.call(() -> connectHere(from, localPort, to, port));
    }

    static Socket connectHere(String from, int localPort, String to, int port) throws IOException {
        Socket socket = new Socket();
        try {
            socket.setReuseAddress(true);
            socket.setSoTimeout(3_000);
            socket.bind(new InetSocketAddress(InetAddress.getByName(from), localPort));
            socket.connect(new InetSocketAddress(InetAddress.getByName(to), port), 3_000);
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** Whether a client is refused at once; a time-out is a failure of the test. */
    boolean isRefused(String from, int localPort, String to, int port) {
        return clientNet.call(() -> {
            try (Socket socket = connectHere(from, localPort, to, port)) {
                // Not left behind for the next accept: a connection that was let in is accepted and
                // closed.
                listener(port).accept().close();
                return socket.isClosed();
            } catch (ConnectException e) {
                if (!String.valueOf(e.getMessage()).contains("refused")) {
                    throw e;
                }
                return true;
            }
        });
    }

    ServerSocket listener(int port) {
        return port == POSTGRES ? postgres : pooler;
    }

    /** A client's connection and the server's end of it. */
    record Session(Socket client, Socket server) implements AutoCloseable {

        /** A byte there and a byte back. */
        boolean isAlive() {
            try {
                client.getOutputStream().write('q');
                server.getInputStream().read();
                server.getOutputStream().write('a');
                return client.getInputStream().read() == 'a';
            } catch (IOException e) {
                return false;
            }
        }

        @Override
        public void close() {
            try (client;
                    server) {
                client.setSoLinger(true, 0);
                server.setSoLinger(true, 0);
            } catch (IOException e) {
                // It was reset before.
                return;
            }
        }
    }

    Session session(String from, String to, int port) {
        try {
            Socket client = connect(from, 0, to, port);
            Socket accepted = listener(port).accept();
            accepted.setSoTimeout(3_000);
            return new Session(client, accepted);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Runs a program on the server as root. */
    Run onServer(String... command) {
        return Run.of(server.root(List.of(command)));
    }

    /** A name for a table that is this test's. */
    static String unique() {
        return "t" + UUID.randomUUID().toString().substring(0, 8);
    }

    @Override
    public void close() {
        try (postgres;
                pooler;
                serverNet;
                clientNet) {
            server.die();
            client.die();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } finally {
            directory.remove();
        }
    }
}
