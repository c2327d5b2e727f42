package io.pgha.network;

import io.pgha.os.Command;
import io.pgha.os.CommandFailed;

import java.io.IOException;
import java.net.Inet4Address;
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
 * client is gone ends its transaction. Uses {@code ss -K} (ss(8), needs CONFIG_INET_DIAG_DESTROY and CAP_NET_ADMIN), whose
 * exit code says nothing, so the sockets are listed again.
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
     * @param deadline of each run of ss; there are at most eight
     */
    public SocketKiller(GateRules rules, Duration deadline) {
        this.rules = rules;
        this.deadline = deadline;
    }

    /**
     * Ends them all.
     *
     * @return how many are left; {@link #whyLeft} says what to do about them
     * @throws CommandFailed when ss cannot be run
     */
    public int killAll() throws CommandFailed {
        int left = 0;
        for (int round = 0; round < ROUNDS; round++) {
            // One family at a time: asked for both, ss complains of one of them.
            run("-4", true);
            run("-6", true);
            left = count();
            if (left == 0) {
                return 0;
            }
        }
        return left;
    }

    /**
     * How many client connections there are on the gate's ports.
     *
     * @throws CommandFailed when ss cannot be run
     */
    public int count() throws CommandFailed {
        return (int) (run("-4", false).out().lines().count()
                + run("-6", false).out().lines().count());
    }

    /** Why sockets can be left after {@link #killAll}, as far as can be told from here, and what to do. */
    public String whyLeft() {
        if (!Privilege.isNetAdmin()) {
            return "ss -K had no effect. " + Privilege.hint("");
        }
        try {
            Path config = Path.of("/boot/config-"
                    + Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip());
            if (Files.readString(config).lines().noneMatch((OPTION + "=y")::equals)) {
                return "this kernel was built without " + OPTION
                        + ", so ss -K has no effect: sessions must be ended through PostgreSQL"
                        + " (pg_terminate_backend)";
            }
        } catch (IOException e) {
            return "ss -K had no effect; perhaps this kernel was built without " + OPTION
                    + ". Sessions must be ended through PostgreSQL (pg_terminate_backend)";
        }
        return "new connections came in meanwhile: is the gate closed? Look: pgha gate status";
    }

    private Command.Result run(String family, boolean kill) throws CommandFailed {
        List<String> argv = new ArrayList<>(List.of("ss", "-H", "-n", "-t", family));
        if (kill) {
            argv.add("-K");
        }
        argv.addAll(List.of("state", "connected", "exclude", "time-wait"));
        argv.add(filter(family.equals("-4")));
        return Command.of(argv).runOk(deadline);
    }

    /** The filter language of ss(8). IPv4 connections of an IPv6 socket show mapped addresses. */
    private String filter(boolean v4) {
        StringBuilder text = new StringBuilder("( ");
        for (int i = 0; i < rules.ports().size(); i++) {
            text.append(i == 0 ? "" : " or ")
                    .append("sport = :")
                    .append(rules.ports().get(i));
        }
        text.append(" )")
                .append(v4 ? but("127.0.0.0/8") : but("[::1]") + but("[::ffff:127.0.0.0/104]"));
        for (InetAddress address : spared()) {
            String host = GateRules.withoutScope(address);
            if (address instanceof Inet4Address) {
                text.append(but(v4 ? host : "[::ffff:" + host + "]"));
            } else if (!v4) {
                text.append(but("[" + host + "]"));
            }
        }
        return text.toString();
    }

    private static String but(String address) {
        return " and not dst " + address;
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
