package io.pgha.config;

import io.pgha.config.Locality.Where;
import io.pgha.model.Guard;
import io.pgha.model.NodeId;

import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds out which of the two nodes this is, and what can be known only there. */
final class ThisNode {

    private final List<NodePart> parts;
    private final Locality locality;
    private final Complaints complaints;
    private final int line;

    /** The line is the one to name when neither node or both are this machine. */
    ThisNode(List<NodePart> parts, Locality locality, Complaints complaints, int line) {
        this.parts = parts;
        this.locality = locality;
        this.complaints = complaints;
        this.line = line;
    }

    /**
     * The node that was asked for, else the one with an address of this machine. Complains, naming both, when that is
     * neither or both. Names are looked up only when addresses do not decide, so that a silent name server holds up
     * nobody who wrote addresses.
     */
    Optional<NodePart> find(Optional<NodeId> asked) {
        if (asked.isPresent()) {
            Optional<NodePart> found = parts.stream()
                    .filter(part -> part.name().equals(asked.get().name()))
                    .findFirst();
            if (found.isEmpty()) {
                complaints.add(
                        line,
                        Keys.NODES,
                        "has no node " + asked.get() + "; its nodes are " + names() + typeNode());
            }
            return found;
        }
        if (parts.stream().anyMatch(part -> hosts(part).findAny().isEmpty())) {
            // its missing host is complained of already
            return Optional.empty();
        }
        List<NodePart> byAddress = here(host -> Hosts.address(host).isPresent());
        List<NodePart> here = byAddress.isEmpty() ? here(host -> true) : byAddress;
        if (here.size() == 1) {
            return Optional.of(here.get(0));
        }
        if (here.isEmpty()) {
            complaints.addOfMachine(
                    line,
                    Keys.NODES,
                    "none of the nodes is this machine: " + places() + typeNode());
        } else {
            complaints.add(
                    line,
                    Keys.NODES,
                    "more than one node is this machine: " + places() + typeNode());
        }
        return Optional.empty();
    }

    private List<NodePart> here(java.util.function.Predicate<String> ask) {
        return parts.stream()
                .filter(part -> hosts(part)
                        .filter(ask)
                        .anyMatch(host -> locality.where(host) == Where.HERE))
                .toList();
    }

    private static Stream<String> hosts(NodePart part) {
        return Stream.concat(
                        part.values().find(PlaceKeys.HOST).stream(),
                        part.addresses().orElse(List.of()).stream())
                .distinct();
    }

    private String names() {
        return String.join(" and ", parts.stream().map(NodePart::name).toList());
    }

    private String places() {
        Map<String, String> places = new LinkedHashMap<>();
        for (NodePart part : parts) {
            places.put(
                    part.name(), String.join(", ", hosts(part).map(this::place).toList()));
        }
        return String.join(
                " and ",
                places.entrySet().stream()
                        .map(e -> e.getKey() + " (" + e.getValue() + ")")
                        .toList());
    }

    private String place(String host) {
        return locality.where(host) == Where.UNRESOLVED ? host + ", which does not resolve" : host;
    }

    private String typeNode() {
        List<String> options =
                parts.stream().map(part -> "--node " + part.name()).toList();
        return "; type " + String.join(" or ", options);
    }

    /**
     * Refuses a gateway that is a node itself or lies in the network of one of this node's own addresses: it would answer
     * when the whole site is cut off. Only what is written as an address is known without asking.
     */
    void checkGateways(NodePart self) {
        Values values = self.values();
        if (!values.find(TimingKeys.GUARD).equals(Optional.of(Guard.GATEWAY))) {
            return;
        }
        for (String gateway : values.find(TimingKeys.GATEWAYS).orElse(List.of())) {
            why(gateway, self)
                    .ifPresent(
                            why -> complaints.add(
                                    values.line(TimingKeys.GATEWAYS),
                                    TimingKeys.GATEWAYS.path(),
                                    "'" + gateway + "' " + why
                                            + ", so it would answer when this whole site is cut off; name a place beyond"));
        }
    }

    private Optional<String> why(String gateway, NodePart self) {
        String host = Hosts.placeHost(gateway);
        for (NodePart part : parts) {
            if (hosts(part).anyMatch(host::equals)) {
                return Optional.of("is " + part.name() + " itself");
            }
        }
        Optional<InetAddress> place = Hosts.address(host);
        if (place.map(InetAddress::isLoopbackAddress).orElse(false)) {
            return Optional.of("is this machine itself");
        }
        return place.flatMap(p -> hosts(self)
                .flatMap(own -> Hosts.address(own).stream())
                .flatMap(own -> locality.networkOf(own, p).stream())
                .findFirst()
                .map(network -> "lies in this node's own network " + network));
    }
}
