package io.pgha.network;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;

/**
 * The gate in the language of iptables-save(8), for one address family: a jump at the head of INPUT and OUTPUT into a chain of
 * ours each. Rules let pass by RETURN, never by ACCEPT, so that the rules of others still count. The sets are of ports and serve
 * both families. Comments as in {@link NftRuleset}.
 */
final class IptablesRuleset {

    /** The two built-in chains, and what is ours in each. */
    enum Direction {
        INPUT("in", "-i", "-s", "dst", "--dports", "--dport", "--sport"),
        OUTPUT("out", "-o", "-d", "src", "--sports", "--sport", "--dport");

        final String suffix;
        final String device;
        final String other;
        final String setSide;
        final String ports;
        final String ourPort;
        final String theirPort;

        Direction(
                String suffix,
                String device,
                String other,
                String setSide,
                String ports,
                String ourPort,
                String theirPort) {
            this.suffix = suffix;
            this.device = device;
            this.other = other;
            this.setSide = setSide;
            this.ports = ports;
            this.ourPort = ourPort;
            this.theirPort = theirPort;
        }
    }

    private final GateRules gate;
    private final List<String> exempt;
    private final String mark;

    IptablesRuleset(GateRules gate, List<String> exempt) {
        this.gate = gate;
        this.exempt = exempt;
        CRC32 sum = new CRC32();
        String all = gate.words() + bodies(Direction.INPUT) + bodies(Direction.OUTPUT);
        sum.update(all.getBytes(StandardCharsets.UTF_8));
        this.mark = String.format("%08x", sum.getValue());
    }

    String chain(Direction direction) {
        return gate.kernelName() + "-" + direction.suffix;
    }

    static String open(GateRules gate) {
        return gate.kernelName() + "-open";
    }

    static String permit(GateRules gate, int slot) {
        return gate.kernelName() + "-permit" + slot;
    }

    static String granted(GateRules gate, int slot) {
        return gate.kernelName() + "-granted" + slot;
    }

    /** What our chain's rules match and do, in order. */
    private List<String> bodies(Direction way) {
        List<String> rules = new ArrayList<>();
        String observer = gate.observerPort()
                .map(port -> "-p tcp -m tcp ! " + way.theirPort + " " + port + " ")
                .orElse("");
        for (String address : exempt) {
            rules.add(way.other + " " + address + " " + observer + "-j RETURN");
        }
        rules.add("-m set --match-set " + open(gate) + " " + way.setSide + " -j RETURN");
        for (int slot = 0; slot < Gate.SLOTS; slot++) {
            rules.add("-m set --match-set " + permit(gate, slot) + " " + way.setSide
                    + " -m set --match-set " + granted(gate, slot) + " " + way.setSide
                    + " -j RETURN");
        }
        if (way == Direction.INPUT) {
            rules.add("-p tcp -j REJECT --reject-with tcp-reset");
        } else {
            // Our own resets must get out: they are what tells a client that the gate is closed.
            rules.add("-p tcp -m tcp --tcp-flags RST RST -j RETURN");
            rules.add("-p tcp -j DROP");
        }
        return rules;
    }

    /** The comments of our chain's rules, in order. */
    List<String> comments(Direction direction) {
        List<String> comments = new ArrayList<>();
        for (int i = 0; i < bodies(direction).size(); i++) {
            comments.add("pgha-" + direction.suffix + "-" + i + "-" + mark);
        }
        return comments;
    }

    /** The comment of the jump into our chain. */
    String jumpComment(Direction direction) {
        return "pgha-" + direction.suffix + "-jump-" + mark;
    }

    /**
     * Input for {@code iptables-restore --noflush}, one transaction: our chains anew, our jumps first.
     *
     * @param seen what is there now
     */
    String install(IptablesListing seen) {
        StringBuilder text = new StringBuilder("*filter\n");
        for (Direction way : Direction.values()) {
            text.append(':').append(chain(way)).append(" - [0:0]\n");
            List<String> comments = comments(way);
            List<String> bodies = bodies(way);
            for (int i = 0; i < bodies.size(); i++) {
                text.append("-A ").append(chain(way)).append(comment(comments.get(i)));
                text.append(bodies.get(i)).append('\n');
            }
            seen.jumps(way.name(), chain(way)).forEach(jump -> text.append(jump).append('\n'));
            text.append("-I ").append(way.name()).append(" 1 ! ").append(way.device);
            text.append(" lo -p tcp -m multiport ").append(way.ports).append(' ');
            text.append(
                    String.join(",", gate.ports().stream().map(String::valueOf).toList()));
            text.append(comment(jumpComment(way)))
                    .append("-j ")
                    .append(chain(way))
                    .append('\n');
        }
        return text.append("COMMIT\n").toString();
    }

    private static String comment(String words) {
        return " -m comment --comment " + words + " ";
    }

    /** Input for {@code iptables-restore --noflush}: nothing of ours is left. */
    String remove(IptablesListing seen) {
        StringBuilder text = new StringBuilder("*filter\n");
        for (Direction way : Direction.values()) {
            seen.jumps(way.name(), chain(way)).forEach(jump -> text.append(jump).append('\n'));
            if (seen.hasChain(chain(way))) {
                text.append("-F ").append(chain(way)).append('\n');
                text.append("-X ").append(chain(way)).append('\n');
            }
        }
        return text.append("COMMIT\n").toString();
    }
}
