package io.pgha.network;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code iptables -S} shows of one address family, judged against the rules it should have. Immutable.
 *
 * <p>In iptables the first rule that accepts ends the search, so what stands before our jump is judged as well: harmless is what
 * cannot accept a client's packet to our ports. Anything else is called damage, and mending moves our jump to the head again: a
 * rule without a target among it, which may only count, or be one of nft's of which iptables shows no more.
 */
final class IptablesListing {

    /** A quoted word with escapes, or a bare word. */
    private static final Pattern WORD = Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*)\"|(\\S+)");
    /** Targets after which the search goes on, or which never let pass. */
    private static final Set<String> HARMLESS = Set.of(
            "LOG",
            "NFLOG",
            "ULOG",
            "DROP",
            "REJECT",
            "TARPIT",
            "MARK",
            "CONNMARK",
            "CONNSECMARK",
            "SECMARK",
            "SET",
            "TRACE",
            "AUDIT",
            "CLASSIFY",
            "TCPMSS",
            "TCPOPTSTRIP",
            "DSCP",
            "TOS",
            "TTL",
            "HL",
            "CHECKSUM",
            "IDLETIMER",
            "LED",
            "NOTRACK",
            "CT");

    private static final int DEEPEST = 16;

    private final Map<String, List<List<String>>> chains = new HashMap<>();
    private final Map<String, List<String>> lines = new HashMap<>();

    IptablesListing(String text) {
        for (String line : text.lines().toList()) {
            List<String> words = words(line);
            if (words.size() < 2) {
                continue;
            }
            chains.computeIfAbsent(words.get(1), c -> new ArrayList<>());
            lines.computeIfAbsent(words.get(1), c -> new ArrayList<>());
            if (words.get(0).equals("-A")) {
                chain(words.get(1)).add(words);
                lines.getOrDefault(words.get(1), List.of()).add(line);
            }
        }
    }

    private static List<String> words(String line) {
        List<String> words = new ArrayList<>();
        Matcher matcher = WORD.matcher(line);
        while (matcher.find()) {
            String quoted = matcher.group(1);
            words.add(quoted == null ? matcher.group() : quoted.replaceAll("\\\\(.)", "$1"));
        }
        return words;
    }

    private List<List<String>> chain(String name) {
        return chains.getOrDefault(name, List.of());
    }

    boolean hasChain(String name) {
        return chains.containsKey(name);
    }

    /** Every jump from a built-in chain into ours, as the command that deletes it. */
    List<String> jumps(String builtIn, String ours) {
        List<String> deletions = new ArrayList<>();
        List<List<String>> rules = chain(builtIn);
        for (int i = 0; i < rules.size(); i++) {
            if (target(rules.get(i)).equals(ours)) {
                deletions.add(
                        lines.getOrDefault(builtIn, List.of()).get(i).replaceFirst("-A", "-D"));
            }
        }
        return deletions;
    }

    /** What is not as it should be; empty when all is well. */
    List<String> damage(IptablesRuleset wanted, GateRules gate) {
        List<String> found = new ArrayList<>();
        for (IptablesRuleset.Direction way : IptablesRuleset.Direction.values()) {
            String ours = wanted.chain(way);
            if (!hasChain(ours)) {
                found.add("chain " + ours + " is missing");
                continue;
            }
            List<String> seen =
                    chain(ours).stream().map(IptablesListing::comment).toList();
            if (!seen.equals(wanted.comments(way))) {
                found.add("chain " + ours + " has other rules than ours (" + seen.size() + " of "
                        + wanted.comments(way).size() + ")");
            }
            jump(way, wanted, gate).ifPresent(found::add);
        }
        return found;
    }

    private Optional<String> jump(
            IptablesRuleset.Direction way, IptablesRuleset wanted, GateRules gate) {
        List<List<String>> rules = chain(way.name());
        for (int i = 0; i < rules.size(); i++) {
            if (comment(rules.get(i)).equals(wanted.jumpComment(way))) {
                return Optional.empty();
            }
            if (mayAccept(rules.get(i), way, gate, 0)) {
                return Optional.of("before our rule in " + way + " stands: "
                        + lines.getOrDefault(way.name(), List.of()).get(i));
            }
        }
        return Optional.of("no rule in " + way + " leads to " + wanted.chain(way));
    }

    /** Whether a rule can let a client's packet to our ports pass for good. */
    private boolean mayAccept(
            List<String> rule, IptablesRuleset.Direction way, GateRules gate, int depth) {
        if (!mayMatch(rule, way, gate)) {
            return false;
        }
        if (rule.contains("-g") || depth > DEEPEST) {
            return true;
        }
        String target = target(rule);
        if (HARMLESS.contains(target)) {
            return false;
        }
        if (target.equals("RETURN")) {
            // From a built-in chain it returns to the policy.
            return depth == 0;
        }
        if (!hasChain(target)) {
            return true;
        }
        return chain(target).stream().anyMatch(inner -> mayAccept(inner, way, gate, depth + 1));
    }

    private static boolean mayMatch(
            List<String> rule, IptablesRuleset.Direction way, GateRules gate) {
        Optional<String> protocol = value(rule, "-p");
        boolean tcp = protocol.map(
                        p -> isNegated(rule, "-p") != (p.equals("tcp") || p.equals("all")))
                .orElse(true);
        boolean loopback = value(rule, way.device).map("lo"::equals).orElse(false)
                && !isNegated(rule, way.device);
        return tcp
                && !loopback
                && ports(rule, way.ourPort, gate)
                && ports(rule, way.ports, gate)
                && ports(rule, "--ports", gate);
    }

    private static boolean ports(List<String> rule, String option, GateRules gate) {
        if (isNegated(rule, option)) {
            return true;
        }
        return value(rule, option)
                .map(list -> List.of(list.split(",")).stream()
                        .anyMatch(range ->
                                gate.ports().stream().anyMatch(port -> covers(range, port))))
                .orElse(true);
    }

    private static boolean covers(String range, int port) {
        try {
            int colon = range.indexOf(':');
            int from = Integer.parseInt(colon < 0 ? range : range.substring(0, colon));
            int to = colon < 0 ? from : Integer.parseInt(range.substring(colon + 1));
            return from <= port && port <= to;
        } catch (NumberFormatException e) {
            return true; // A name, or open-ended: not shown to be harmless.
        }
    }

    private static String target(List<String> rule) {
        return value(rule, "-j").orElse("");
    }

    private static String comment(List<String> rule) {
        return value(rule, "--comment").orElse("");
    }

    private static Optional<String> value(List<String> rule, String option) {
        int at = rule.indexOf(option);
        return at < 0 || at + 1 >= rule.size() ? Optional.empty() : Optional.of(rule.get(at + 1));
    }

    private static boolean isNegated(List<String> rule, String option) {
        int at = rule.indexOf(option);
        return at > 0 && rule.get(at - 1).equals("!");
    }
}
