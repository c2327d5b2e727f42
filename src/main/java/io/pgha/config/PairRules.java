package io.pgha.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Refuses what contradicts itself between the two nodes: two nodes on one machine need everything twice.
 *
 * <p>Whether the two are on one machine is known from the file alone when they have a host or an address in common.
 */
final class PairRules {

    private final NodePart first;
    private final NodePart second;
    private final Complaints complaints;

    PairRules(NodePart first, NodePart second, Complaints complaints) {
        this.first = first;
        this.second = second;
        this.complaints = complaints;
    }

    /** Checks the pair. */
    void check() {
        Set<String> common = places(first);
        common.retainAll(places(second));
        if (common.isEmpty()) {
            return;
        }
        String place = common.iterator().next();
        for (Key<Integer> key :
                List.of(PostgresKeys.PORT, PlaceKeys.LINK_PORT, PlaceKeys.HTTP_PORT)) {
            differ(key, place);
        }
        for (Key<Path> key : List.of(
                PostgresKeys.DATA_DIRECTORY, PlaceKeys.STATE_DIRECTORY, PlaceKeys.RUN_DIRECTORY)) {
            differ(key, place);
        }
        differ(PlaceKeys.GATE_NAME, place);
        differ(PostgresKeys.UNIT, place);
    }

    private static Set<String> places(NodePart part) {
        Set<String> places = new TreeSet<>(part.addresses().orElse(List.of()));
        part.values().find(PlaceKeys.HOST).ifPresent(places::add);
        return places;
    }

    private <T> void differ(Key<T> key, String place) {
        if (!first.values().isOn(key) || !second.values().isOn(key)) {
            return;
        }
        Optional<T> one = first.values().find(key);
        Optional<T> other = second.values().find(key);
        if (one.isPresent() && one.equals(other)) {
            complaints.add(
                    second.values().line(key),
                    Keys.NODES + "." + second.name() + "." + key.path(),
                    key.form().write(one.get()) + " is that of " + first.name()
                            + " too, and both nodes are at " + place
                            + "; two nodes on one machine need one each");
        }
    }
}
