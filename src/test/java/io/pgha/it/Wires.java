package io.pgha.it;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The network between the machines of a {@link Lab}: a router that carries both nodes on one bridge (on two, with two
 * links), the clients on a network of their own, the third host that carries witness or etcd on another, and an address
 * beyond the site that serves as gateway.
 *
 * <p>Cuts are made in the router and at its plugs only, never in a node, so that a node's own firewall stays as the
 * daemon under test left it.
 */
public final class Wires {

    static final String GATEWAY = "10.77.200.1";
    static final String CLIENT = "10.77.9.2";
    static final String THIRD = "10.77.8.2";
    private static final String EVERYWHERE = "0.0.0.0/0";

    private final Machine router;
    private final Machine client;
    private final int links;
    private final Set<Cut> cuts = new LinkedHashSet<>();

    private record Cut(String from, String to) {}

    /** What a node can be cut from. */
    enum Side {
        PEER,
        CLIENTS,
        GATEWAY,
        /** The third host. */
        ARBITER,
        /** Everything, as if its cable went somewhere else: the node itself sees a living link. */
        EVERYTHING
    }

    Wires(Machine router, Machine client, int links) {
        this.router = router;
        this.client = client;
        this.links = links;
        StringBuilder here = new StringBuilder("addr add " + GATEWAY + "/32 dev lo\n");
        for (int link = 0; link < links; link++) {
            here.append("link add br").append(link).append(" type bridge\n");
            here.append("addr add 10.77.").append(link).append(".1/24 dev br").append(link);
            here.append("\nlink set br").append(link).append(" up\n");
        }
        here.append("link add vclient type veth peer name eth0 netns ").append(client.pid());
        here.append("\naddr add 10.77.9.1/24 dev vclient\nlink set vclient up\n");
        ip(router, here.toString());
        ip(client, up("eth0", CLIENT) + "route add default via 10.77.9.1\n");
    }

    /** Plugs the third host in. */
    void plugThird(Machine third) {
        ip(
                router,
                "link add vthird type veth peer name eth0 netns " + third.pid()
                        + "\naddr add 10.77.8.1/24 dev vthird\nlink set vthird up\n");
        ip(third, up("eth0", THIRD) + "route add default via 10.77.8.1\n");
    }

    /** Address of node 1 or 2 on its first link. */
    public static String address(int node) {
        return address(node, 0);
    }

    /** Address of node 1 or 2 on a link, counted from 0. */
    static String address(int node, int link) {
        return "10.77." + link + ".1" + node;
    }

    /** Plugs a freshly booted node in. */
    void plug(int node, Machine machine) {
        StringBuilder there = new StringBuilder();
        StringBuilder here = new StringBuilder();
        for (int link = 0; link < links; link++) {
            String plug = plug(node, link);
            here.append("link add ")
                    .append(plug)
                    .append(" type veth peer name eth")
                    .append(link);
            here.append(" netns ").append(machine.pid()).append('\n');
            here.append("link set ")
                    .append(plug)
                    .append(" master br")
                    .append(link)
                    .append(" up\n");
            there.append(up("eth" + link, address(node, link)));
        }
        ip(router, here.toString());
        ip(machine, there + "route add default via 10.77.0.1\n");
    }

    private static String up(String device, String address) {
        return "addr add " + address + "/24 dev " + device + "\nlink set " + device + " up\n";
    }

    private static String plug(int node, int link) {
        return "vn" + node + "l" + link;
    }

    /** Pulls a node's cables: from here on nothing enters or leaves it, and it sees its links go down. */
    void unplug(int node) {
        StringBuilder down = new StringBuilder();
        for (int link = 0; link < links; link++) {
            down.append("link set ").append(plug(node, link)).append(" down\n");
        }
        ip(router, down.toString());
    }

    /** Takes a dead machine's cables away; the kernel would do it a little later. */
    void remove(int node) {
        for (int link = 0; link < links; link++) {
            // Its outcome does not matter: the kernel may have been faster.
            Run.of(List.of(
                    "nsenter",
                    "-t",
                    Long.toString(router.pid()),
                    "-n",
                    "ip",
                    "link",
                    "del",
                    plug(node, link)));
        }
    }

    /** Puts them back. */
    void replug(int node) {
        StringBuilder up = new StringBuilder();
        for (int link = 0; link < links; link++) {
            up.append("link set ").append(plug(node, link)).append(" up\n");
        }
        ip(router, up.toString());
    }

    /** Cuts a node off from a side, both ways. */
    void cut(int node, Side side) {
        silence(node, side);
        deafen(node, side);
    }

    /** Nothing from this node reaches that side any more; the other direction still works. */
    void silence(int node, Side side) {
        for (int link = 0; link < links; link++) {
            for (String other : addresses(node, side)) {
                cuts.add(new Cut(address(node, link), other));
            }
        }
        apply();
    }

    /** Nothing from that side reaches this node any more; the other direction still works. */
    void deafen(int node, Side side) {
        for (int link = 0; link < links; link++) {
            for (String other : addresses(node, side)) {
                cuts.add(new Cut(other, address(node, link)));
            }
        }
        apply();
    }

    /** Cuts one of two links between the nodes. */
    void cutLink(int link) {
        cuts.add(new Cut(address(1, link), address(2, link)));
        cuts.add(new Cut(address(2, link), address(1, link)));
        apply();
    }

    /** Ends every cut made by rules; pulled cables stay pulled. */
    void heal() {
        cuts.clear();
        apply();
    }

    private List<String> addresses(int node, Side side) {
        int peer = 3 - node;
        return switch (side) {
            case PEER ->
                links == 1 ? List.of(address(peer)) : List.of(address(peer, 0), address(peer, 1));
            case CLIENTS -> List.of(CLIENT);
            case GATEWAY -> List.of(GATEWAY);
            case ARBITER -> List.of(THIRD);
            case EVERYTHING -> List.of(EVERYWHERE);
        };
    }

    /** Replaces all rules in one transaction; what is bridged and what is routed pass different hooks. */
    private void apply() {
        StringBuilder rules = new StringBuilder();
        for (String family : List.of("bridge", "inet")) {
            rules.append("table ").append(family).append(" cuts\n");
            rules.append("delete table ").append(family).append(" cuts\n");
            rules.append("table ").append(family).append(" cuts {\n");
            for (String hook : List.of("forward", "input", "output")) {
                rules.append("chain ")
                        .append(hook)
                        .append(" { type filter hook ")
                        .append(hook);
                rules.append(" priority 0;\n");
                for (Cut cut : cuts) {
                    rules.append("ip saddr ").append(cut.from());
                    rules.append(" ip daddr ").append(cut.to()).append(" drop\n");
                }
                rules.append("}\n");
            }
            rules.append("}\n");
        }
        Run.fed(rules.toString(), Run.SHORT, router.root(List.of("nft", "-f", "-")))
                .orFail();
    }

    /** The machine where clients and the traffic manager live. */
    Machine client() {
        return client;
    }

    private static void ip(Machine machine, String batch) {
        // Not the machine's process namespace: the numbers in "netns PID" are the host's.
        List<String> command =
                List.of("nsenter", "-t", Long.toString(machine.pid()), "-n", "ip", "-batch", "-");
        Run.fed(batch, Run.SHORT, command).orFail();
    }
}
