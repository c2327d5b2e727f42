package io.pgha.network;

import io.pgha.model.GateState;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * A table as {@code nft list table} shows it, judged against the rules it should have. Immutable.
 *
 * <p>Read from the text for people, of which little is needed, and not from JSON: nft 1.0.6 prints a freed string there when any
 * table is dormant, and in this process that might be the end of the daemon.
 */
final class NftListing {

    private static final Pattern COMMENT = Pattern.compile("comment \"([^\"]*)\"");
    private static final Pattern BLOCK = Pattern.compile("(set|chain) (\\S+) \\{.*");
    private static final Pattern ELEMENTS = Pattern.compile("elements = \\{([^}]*)}");
    private static final Pattern EXPIRES = Pattern.compile("expires ((?:\\d+(?:ms|[smhd]))+)");
    private static final Pattern TIME = Pattern.compile("(\\d+)(ms|[smhd])");
    private static final Map<String, Long> UNITS =
            Map.of("ms", 1L, "s", 1_000L, "m", 60_000L, "h", 3_600_000L, "d", 86_400_000L);
    private static final Pattern HOOK =
            Pattern.compile("type filter hook (\\w+) priority (filter ?- ?10|-10);.*");

    private boolean dormant;
    private final Map<String, String> hooks = new HashMap<>();
    private final Map<String, List<String>> comments = new HashMap<>();
    private final Map<String, String> sets = new HashMap<>();

    NftListing(String text) {
        String kind = "";
        String name = "";
        for (String line : text.lines().map(String::strip).toList()) {
            Matcher block = BLOCK.matcher(line);
            if (block.matches()) {
                kind = block.group(1);
                name = block.group(2);
                (kind.equals("set") ? sets : hooks).put(name, "");
                comments.put(name, new ArrayList<>());
            } else if (kind.equals("set")) {
                // A long list of elements goes on in the next line.
                sets.merge(name, line, (before, more) -> before + " " + more);
                kind = line.equals("}") ? "" : kind;
            } else if (kind.equals("chain") && !line.equals("}") && !line.isEmpty()) {
                rule(name, line);
            } else if (kind.isEmpty()) {
                dormant |= line.startsWith("flags") && line.contains("dormant");
            } else {
                kind = line.equals("}") ? "" : kind;
            }
        }
    }

    private void rule(String chain, String line) {
        Matcher hook = HOOK.matcher(line);
        if (hook.matches()) {
            hooks.put(chain, hook.group(1));
        } else if (!line.startsWith("type ")) {
            Matcher comment = COMMENT.matcher(line);
            comments.getOrDefault(chain, new ArrayList<>())
                    .add(comment.find() ? comment.group(1) : "");
        }
    }

    /** Whether {@code nft list tables} shows the table. */
    static boolean names(String text, String table) {
        return text.lines().anyMatch(line -> line.strip().equals("table inet " + table));
    }

    /** What is not as it should be; empty when all is well. */
    List<String> damage(GateRules gate) {
        NftRuleset wanted = new NftRuleset(gate);
        List<String> found = new ArrayList<>();
        if (dormant) {
            found.add("the table is dormant");
        }
        for (String direction : NftRuleset.DIRECTIONS) {
            chain(direction).ifPresent(found::add);
            List<String> seen = comments.getOrDefault(direction, List.of());
            if (!seen.equals(wanted.comments(direction))) {
                found.add("chain " + direction + " has other rules than ours (" + seen.size()
                        + " of "
                        + wanted.comments(direction).size() + ")");
            }
        }
        way(NftRuleset.OPEN, gate).ifPresent(found::add);
        for (int slot = 0; slot < Gate.SLOTS; slot++) {
            way(NftRuleset.granted(slot), gate).ifPresent(found::add);
            String permit = NftRuleset.permit(slot);
            way(permit, gate).ifPresent(found::add);
            if (sets.containsKey(permit)
                    && !sets.getOrDefault(permit, "").contains("flags timeout")) {
                found.add("set " + permit + " has no timeout");
            }
        }
        return found;
    }

    private Optional<String> chain(String direction) {
        if (!hooks.containsKey(direction)) {
            return Optional.of("chain " + direction + " is missing");
        }
        return direction.equals(hooks.get(direction))
                ? Optional.empty()
                : Optional.of("chain " + direction + " is hooked elsewhere");
    }

    /** A set that lets clients through holds all our ports or none: half a gate is nobody's wish. */
    private Optional<String> way(String set, GateRules gate) {
        if (!sets.containsKey(set)) {
            return Optional.of("set " + set + " is missing");
        }
        Set<String> ports = elements(set);
        Set<String> all = new TreeSet<>();
        gate.ports().forEach(port -> all.add(String.valueOf(port)));
        // Ports of one permit may run out a moment apart.
        boolean fine = set.startsWith("permit")
                ? all.containsAll(ports)
                : ports.isEmpty() || ports.equals(all);
        return fine
                ? Optional.empty()
                : Optional.of("set " + set + " holds " + GateRules.list(ports) + " instead of "
                        + GateRules.list(all));
    }

    /** The value is the first word of an element; its timeout may follow. */
    private Set<String> elements(String set) {
        Set<String> values = new TreeSet<>();
        Matcher elements = ELEMENTS.matcher(sets.getOrDefault(set, ""));
        if (elements.find()) {
            for (String element : List.of(elements.group(1).strip().split("\\s*,\\s*", -1))) {
                values.add(element.replaceFirst("\\s.*", ""));
            }
        }
        return values;
    }

    /** Something is in the permanent set. */
    boolean isStaticallyOpen() {
        return !elements(NftRuleset.OPEN).isEmpty();
    }

    /** It holds an element that ends by itself. */
    boolean isTimed() {
        return IntStream.range(0, Gate.SLOTS)
                .anyMatch(slot -> !elements(NftRuleset.permit(slot)).isEmpty());
    }

    /** OPEN when a permanent element or a slot lets clients through; only for an undamaged table. */
    GateState state() {
        boolean open = isStaticallyOpen() || slotsInForce().findAny().isPresent();
        return open ? GateState.OPEN : GateState.CLOSED;
    }

    /** The slots that are both permitted and granted. */
    private IntStream slotsInForce() {
        return IntStream.range(0, Gate.SLOTS)
                .filter(slot -> !elements(NftRuleset.granted(slot)).isEmpty()
                        && !elements(NftRuleset.permit(slot)).isEmpty());
    }

    /** The slot in force; of two the one whose permit lasts longer. */
    Optional<Integer> lastingSlot() {
        return slotsInForce()
                .boxed()
                .max(Comparator.comparingLong(slot -> restMillis(NftRuleset.permit(slot))));
    }

    /** How long the elements of a set are still there; 0 when it does not say. */
    private long restMillis(String set) {
        return EXPIRES.matcher(sets.getOrDefault(set, ""))
                .results()
                .mapToLong(found -> millis(found.group(1)))
                .max()
                .orElse(0);
    }

    /** A time as nft writes it: 1m2s345ms. */
    private static long millis(String words) {
        return TIME.matcher(words)
                .results()
                .mapToLong(part ->
                        Long.parseLong(part.group(1)) * UNITS.getOrDefault(part.group(2), 0L))
                .sum();
    }
}
