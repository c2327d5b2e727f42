package io.pgha.network;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Ends the server's side of client connections: an idle client notices a closed gate only by this, and a backend whose
 * client is gone ends its transaction. The kernel is asked for the sockets and told to end them, hundreds in one call
 * (sock_diag(7), needs CONFIG_INET_DIAG_DESTROY and CAP_NET_ADMIN); it says nothing of those it ended, so they are listed again.
 *
 * <p>Spares whom the gate spares: loopback, this host's own addresses (they travel over loopback), the exempt. Call it after the
 * gate is closed: a killed socket sends a reset, and that passes. Thread-safe.
 */
public final class SocketKiller {

    private static final int ROUNDS = 2;
    private static final String OPTION = "CONFIG_INET_DIAG_DESTROY";

    private final GateRules rules;
    private final Duration deadline;

    /**
     * Kills on the gate's ports, sparing whom the gate spares.
     *
     * @param deadline of each list; there are at most three for each port and family
     */
    public SocketKiller(GateRules rules, Duration deadline) {
        this.rules = rules;
        this.deadline = deadline;
    }

    /**
     * Ends them all.
     *
     * @return how many are left; {@link #whyLeft} says what to do about them
     * @throws IOException when the kernel does not show its sockets
     */
    public int killAll() throws IOException {
        try (TcpSockets sockets = TcpSockets.open(deadline)) {
            List<TcpSockets.Connected> left = clients(sockets);
            for (int round = 0; round < ROUNDS && !left.isEmpty(); round++) {
                sockets.end(left);
                left = clients(sockets);
            }
            return left.size();
        }
    }

    private List<TcpSockets.Connected> clients(TcpSockets sockets) throws IOException {
        Set<InetAddress> spared = spared();
        List<TcpSockets.Connected> clients = new ArrayList<>();
        for (int port : rules.ports()) {
            sockets.at(port).stream()
                    .filter(one -> !one.peer().isLoopbackAddress() && !spared.contains(one.peer()))
                    .forEach(clients::add);
        }
        return clients;
    }

    /** Why sockets can be left after {@link #killAll}, as far as can be told from here, and what to do. */
    public String whyLeft() {
        if (!Privilege.isNetAdmin()) {
            return "the kernel ended none. " + Privilege.hint("");
        }
        try {
            Path config = Path.of("/boot/config-"
                    + Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip());
            if (Files.readString(config).lines().noneMatch((OPTION + "=y")::equals)) {
                return "this kernel was built without " + OPTION
                        + ", so sessions must be ended through PostgreSQL"
                        + " (pg_terminate_backend)";
            }
        } catch (IOException e) {
            return "the kernel ended none; perhaps it was built without " + OPTION
                    + ". Sessions must be ended through PostgreSQL (pg_terminate_backend)";
        }
        return "new connections came in meanwhile: is the gate closed? Look: pgha gate status";
    }

    private Set<InetAddress> spared() {
        Set<InetAddress> spared = new LinkedHashSet<>(rules.exempt());
        try {
            NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .filter(address -> !address.isLoopbackAddress())
                    .forEach(spared::add);
        } catch (IOException e) {
            // Connections of this host to itself are then ended as well; nothing that serves
            // clients uses them.
            return spared;
        }
        return spared;
    }
}
