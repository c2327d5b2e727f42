package io.pgha.network;

import io.pgha.config.Settings;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What a gate guards, and who passes it while it is closed.
 *
 * @param name names the table, chains and sets in the kernel, so that several gates can share a host: a lower-case letter, then
 *     letters, digits and {@code _}, at most 15
 * @param ports TCP ports that are guarded, 1 to 15 of them
 * @param exempt addresses that always pass, beside loopback: the peer's, the witness's, gate.allow
 * @param observerPort a source port that does not share in the exemption, so that an exempt host can see what a client would
 *     see; empty: none
 */
public record GateRules(
        String name,
        List<Integer> ports,
        List<InetAddress> exempt,
        Optional<Integer> observerPort) {

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,14}");
    private static final String PRODUCT = "pgha";
    /** What one rule of iptables takes (multiport, see iptables-extensions(8)). */
    private static final int MOST_PORTS = 15;

    public GateRules {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("gate.name '" + name
                    + "': a lower-case letter, then letters, digits, _; at most 15");
        }
        ports = ports.stream().sorted().distinct().toList();
        if (ports.isEmpty() || ports.size() > MOST_PORTS) {
            throw new IllegalArgumentException(
                    "gate.ports: 1 to " + MOST_PORTS + " ports, not " + ports.size());
        }
        for (int port : ports) {
            if (port < 1 || port > 65535) {
                throw new IllegalArgumentException("gate.ports: " + port + " is not a port");
            }
        }
        exempt = exempt.stream().distinct().toList();
    }

    /** Rules without an observer port. */
    public GateRules(String name, List<Integer> ports, List<InetAddress> exempt) {
        this(name, ports, exempt, Optional.empty());
    }

    /**
     * The gate of this node: the peer's link addresses and host pass, by address, since nothing may depend on connection
     * tracking.
     *
     * @throws GateException when the peer's name does not resolve: its replication would be cut by a closed gate
     */
    public static GateRules of(Settings settings) throws GateException {
        Set<InetAddress> exempt = new LinkedHashSet<>(settings.gate().allow());
        Set<String> names = new LinkedHashSet<>(settings.peer().addresses());
        names.add(settings.peer().host());
        for (String name : names) {
            try {
                exempt.addAll(List.of(InetAddress.getAllByName(hostOf(name))));
            } catch (UnknownHostException e) {
                throw new GateException("the peer's address '" + name
                        + "' does not resolve, so the gate cannot let it pass: use an address in the configuration, or mend the"
                        + " name service");
            }
        }
        return new GateRules(
                settings.gate().name(),
                settings.gate().ports(),
                List.copyOf(exempt),
                Optional.of(settings.peer().observerPort()));
    }

    private static String hostOf(String address) {
        int colon = address.lastIndexOf(':');
        boolean hasPort = colon > 0 && address.indexOf(':') == colon;
        return hasPort ? address.substring(0, colon) : address;
    }

    /**
     * The name of our objects in the kernel. It always begins with the product's, so that a gate called "filter" never meets the
     * distribution's own table of that name.
     */
    String kernelName() {
        return name.startsWith(PRODUCT) ? name : PRODUCT + "_" + name;
    }

    List<String> exempt4() {
        return exempt.stream()
                .filter(Inet4Address.class::isInstance)
                .map(InetAddress::getHostAddress)
                .toList();
    }

    List<String> exempt6() {
        return exempt.stream()
                .filter(Inet6Address.class::isInstance)
                .map(GateRules::withoutScope)
                .toList();
    }

    /** The kernel matches addresses, not the interface that Java adds to a link-local one. */
    static String withoutScope(InetAddress address) {
        String text = address.getHostAddress();
        int scope = text.indexOf('%');
        return scope < 0 ? text : text.substring(0, scope);
    }

    static String list(Collection<?> values) {
        return String.join(", ", values.stream().map(String::valueOf).toList());
    }

    /** For people: "ports 5432, 6432; always pass: loopback, 10.0.0.2". */
    String words() {
        StringBuilder words = new StringBuilder(ports.size() == 1 ? "port " : "ports ")
                .append(list(ports))
                .append("; always pass: loopback");
        exempt.forEach(address -> words.append(", ").append(withoutScope(address)));
        observerPort.ifPresent(
                port -> words.append(" (but not from port ").append(port).append(')'));
        return words.toString();
    }
}
