package io.pgha.network;

import io.pgha.config.Settings;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What a gate guards.
 *
 * @param name of the table or the chains, so that several nodes can share a machine
 * @param ports the guarded doors, PostgreSQL's first
 * @param exempt addresses that always pass: the peer's and gate.allow; loopback passes without being named
 */
public record GateRules(String name, List<Integer> ports, List<InetAddress> exempt) {

    public GateRules {
        ports = List.copyOf(ports);
        exempt = List.copyOf(exempt);
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
        return new GateRules(settings.gate().name(), settings.gate().ports(), List.copyOf(exempt));
    }

    /** The exempt addresses of one family as text. */
    List<String> exempt(Class<? extends InetAddress> family) {
        return exempt.stream().filter(family::isInstance).map(GateRules::text).toList();
    }

    boolean hasIpv4() {
        return exempt.stream().anyMatch(Inet4Address.class::isInstance);
    }

    private static String hostOf(String address) {
        int colon = address.lastIndexOf(':');
        boolean hasPort = colon > 0 && address.indexOf(':') == colon;
        return hasPort ? address.substring(0, colon) : address;
    }

    private static String text(InetAddress address) {
        String text = address.getHostAddress();
        int scope = text.indexOf('%');
        return scope < 0 ? text : text.substring(0, scope);
    }
}
