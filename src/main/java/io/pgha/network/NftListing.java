package io.pgha.network;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import io.pgha.model.GateState;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** A table as {@code nft -j list table} shows it, judged against the rules it should have. Immutable. */
final class NftListing {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final boolean dormant;
    private final Map<String, JsonNode> chains = new HashMap<>();
    private final Map<String, List<String>> comments = new HashMap<>();
    private final Map<String, JsonNode> sets = new HashMap<>();

    private NftListing(JsonNode objects) {
        boolean sleeps = false;
        for (JsonNode object : objects) {
            if (object.has("table")) {
                sleeps |= object.get("table").path("flags").toString().contains("dormant");
            } else if (object.has("chain")) {
                chains.put(object.get("chain").path("name").asText(), object.get("chain"));
            } else if (object.has("set")) {
                sets.put(object.get("set").path("name").asText(), object.get("set"));
            } else if (object.has("rule")) {
                JsonNode rule = object.get("rule");
                comments.computeIfAbsent(rule.path("chain").asText(), c -> new ArrayList<>())
                        .add(rule.path("comment").asText());
            }
        }
        this.dormant = sleeps;
    }

    static NftListing parse(String json) throws GateException {
        return new NftListing(objects(json));
    }

    /** Whether {@code nft -j list tables} shows the table. */
    static boolean names(String json, String table) throws GateException {
        for (JsonNode object : objects(json)) {
            if (object.path("table").path("name").asText().equals(table)) {
                return true;
            }
        }
        return false;
    }

    private static JsonNode objects(String json) throws GateException {
        try {
            return JSON.readTree(json).path("nftables");
        } catch (JsonProcessingException e) {
            throw new GateException("what libnftables listed is not JSON: " + e.getOriginalMessage()
                    + ". Check: nft -j list tables");
        }
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
        way(NftRuleset.OPEN, gate, found);
        for (int slot = 0; slot < Gate.SLOTS; slot++) {
            way(NftRuleset.granted(slot), gate, found);
            way(NftRuleset.permit(slot), gate, found);
            JsonNode permit = sets.get(NftRuleset.permit(slot));
            if (permit != null && !permit.path("flags").toString().contains("timeout")) {
                found.add("set " + NftRuleset.permit(slot) + " has no timeout");
            }
        }
        return found;
    }

    private Optional<String> chain(String direction) {
        JsonNode chain = chains.get(direction);
        if (chain == null) {
            return Optional.of("chain " + direction + " is missing");
        }
        boolean same = chain.path("hook").asText().equals(direction)
                && chain.path("type").asText().equals("filter")
                && chain.path("prio").asInt() == NftRuleset.PRIORITY;
        return same ? Optional.empty() : Optional.of("chain " + direction + " is hooked elsewhere");
    }

    /** A set that lets clients through holds all our ports or none: half a gate is nobody's wish. */
    private void way(String set, GateRules gate, List<String> found) {
        if (!sets.containsKey(set)) {
            found.add("set " + set + " is missing");
            return;
        }
        Set<String> ports = elements(set);
        Set<String> all = new TreeSet<>();
        gate.ports().forEach(port -> all.add(String.valueOf(port)));
        // Ports of one permit may run out a moment apart.
        boolean fine = set.startsWith("permit")
                ? all.containsAll(ports)
                : ports.isEmpty() || ports.equals(all);
        if (!fine) {
            found.add("set " + set + " holds " + GateRules.list(ports) + " instead of "
                    + GateRules.list(all));
        }
    }

    /** An element is a bare value, or an object that holds the value with its timeout. */
    private Set<String> elements(String set) {
        Set<String> values = new TreeSet<>();
        JsonNode seen = sets.get(set);
        if (seen != null) {
            for (JsonNode element : seen.path("elem")) {
                JsonNode value = element.has("elem") ? element.path("elem").path("val") : element;
                values.add(value.asText());
            }
        }
        return values;
    }

    /** Something is in the permanent set. */
    boolean isStaticallyOpen() {
        return !elements(NftRuleset.OPEN).isEmpty();
    }

    /** OPEN when a permanent element or a slot lets clients through; only for an undamaged table. */
    GateState state() {
        boolean open = isStaticallyOpen();
        for (int slot = 0; slot < Gate.SLOTS; slot++) {
            open |= !elements(NftRuleset.granted(slot)).isEmpty()
                    && !elements(NftRuleset.permit(slot)).isEmpty();
        }
        return open ? GateState.OPEN : GateState.CLOSED;
    }
}
