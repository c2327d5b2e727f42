package io.pgha.model;

import java.util.regex.Pattern;

/**
 * The name of one of the two nodes, as written in the configuration and in the node's certificate.
 *
 * @param name lower-case letters, digits, dots and hyphens, at most 63 characters (RFC 1123)
 */
public record NodeId(String name) implements Comparable<NodeId> {

    private static final Pattern FORM = Pattern.compile("[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?");

    public NodeId {
        if (!FORM.matcher(name).matches()) {
            throw new IllegalArgumentException("'" + name
                    + "' is not a node name: use lower-case letters, digits, dots and hyphens");
        }
    }

    /** As a record's own, which is found by way of method handles, and dear in a turn that compares names many times. */
    @Override
    public boolean equals(Object other) {
        return other instanceof NodeId node && node.name.equals(name);
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }

    @Override
    public int compareTo(NodeId other) {
        return name.compareTo(other.name);
    }

    @Override
    public String toString() {
        return name;
    }
}
