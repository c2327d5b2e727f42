package io.pgha.setup;

import java.util.List;

/**
 * All that setup would do on this node, before any of it is done.
 *
 * @param found what was seen, for a person
 * @param steps in the order in which they are made; empty: everything is as it must be
 * @param next what the operator does afterwards, one command or sentence each
 */
public record Proposal(List<String> found, List<Step> steps, List<String> next) {

    public Proposal {
        found = List.copyOf(found);
        steps = List.copyOf(steps);
        next = List.copyOf(next);
    }
}
