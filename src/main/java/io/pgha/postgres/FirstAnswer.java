package io.pgha.postgres;

import io.pgha.model.PortAnswer;
import io.pgha.os.Deadline;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * One fresh connection as far as the server's first answer to the startup packet (PostgreSQL documentation, "Message Flow"). By
 * then the postmaster has accepted and forked, which is what a hung one does not do.
 */
final class FirstAnswer {

    private static final int PROTOCOL_3_0 = 3 << 16;
    private static final int MOST_BYTES = 8192;
    private static final int AUTHENTICATION_OK = 0;

    private FirstAnswer() {}

    /** The verdict on one address; returns by the deadline. */
    static Verdict ask(
            InetAddress address, int port, String user, String database, Deadline deadline) {
        try (Socket socket = new DeadlineSocket(deadline)) {
            try {
                socket.connect(new InetSocketAddress(address, port), deadline.remainingMillis());
            } catch (IOException e) {
                return Verdict.ofConnect(e);
            }
            socket.setTcpNoDelay(true);
            try {
                return talk(socket, user, database);
            } catch (IOException e) {
                return Verdict.ofConnected(e, deadline);
            }
        } catch (IOException e) {
            return new Verdict(PortAnswer.UNTRIED, String.valueOf(e.getMessage()));
        }
    }

    private static Verdict talk(Socket socket, String user, String database) throws IOException {
        socket.getOutputStream().write(startup(user, database));
        DataInputStream in = new DataInputStream(socket.getInputStream());
        int kind = in.readUnsignedByte();
        int length = in.readInt();
        if (kind == 'E') {
            return error(in, length);
        }
        if (kind == 'v' && isPlausible(length)) {
            return new Verdict(PortAnswer.ALIVE, "");
        }
        if (kind != 'R' || !isPlausible(length)) {
            return new Verdict(
                    PortAnswer.UNTRIED,
                    "what listens on port " + socket.getPort() + " is not PostgreSQL");
        }
        byte[] body = new byte[length - Integer.BYTES];
        in.readFully(body);
        if (length >= 2 * Integer.BYTES
                && new DataInputStream(new java.io.ByteArrayInputStream(body)).readInt()
                        == AUTHENTICATION_OK) {
            leave(socket, in);
        }
        // Otherwise the server waits for a password. A client that hangs up there is what psql does
        // when it has to prompt for one, and is not logged.
        return new Verdict(PortAnswer.ALIVE, "");
    }

    /** Let in without a password: say goodbye and read on to the end, so that the server does not log a reset. */
    private static void leave(Socket socket, DataInputStream in) {
        try {
            socket.getOutputStream().write(new byte[] {'X', 0, 0, 0, Integer.BYTES});
            socket.shutdownOutput();
            in.readNBytes(MOST_BYTES);
        } catch (IOException e) {
            // The answer is known; how the farewell went does not change it.
        }
    }

    private static Verdict error(DataInputStream in, int length) throws IOException {
        if (!isPlausible(length)) {
            // A postmaster that cannot fork answers in the old protocol: text right after the E.
            byte[] rest = in.readNBytes(200);
            String text = new String(
                            new byte[] {
                                (byte) (length >>> 24),
                                (byte) (length >>> 16),
                                (byte) (length >>> 8),
                                (byte) length
                            },
                            StandardCharsets.ISO_8859_1)
                    + new String(rest, StandardCharsets.UTF_8);
            return new Verdict(PortAnswer.ERROR, text.replace('\0', ' '));
        }
        byte[] body = new byte[length - Integer.BYTES];
        in.readFully(body);
        String state = "XX000";
        String message = "";
        for (String field : new String(body, StandardCharsets.UTF_8).split("\0", -1)) {
            if (field.startsWith("C")) {
                state = field.substring(1);
            } else if (field.startsWith("M")) {
                message = field.substring(1);
            }
        }
        return Verdict.ofServer(state, message);
    }

    private static boolean isPlausible(int length) {
        return length >= Integer.BYTES && length <= MOST_BYTES;
    }

    private static byte[] startup(String user, String database) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (String text : new String[] {
            "user", user, "database", database, "application_name", Login.PROBE, ""
        }) {
            body.write(text.getBytes(StandardCharsets.UTF_8));
            body.write(0);
        }
        ByteArrayOutputStream packet = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(packet)) {
            out.writeInt(2 * Integer.BYTES + body.size());
            out.writeInt(PROTOCOL_3_0);
            body.writeTo(out);
        }
        return packet.toByteArray();
    }
}
