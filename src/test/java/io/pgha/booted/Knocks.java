package io.pgha.booted;

import io.pgha.booted.KnockerMain.Outcome;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What knocking at the ports of both nodes brought (System.nanoTime of this host). */
record Knocks(List<Knock> all) {

    /** One knock. */
    record Knock(Outcome outcome, String node, long sent, long answered) {}

    /** The knocks that were sent since a moment; a last line that is only half written yet is left out. */
    static Knocks since(long moment, Path log) {
        try {
            String text = Files.readString(log);
            try (Stream<String> lines =
                    text.substring(0, text.lastIndexOf('\n') + 1).lines()) {
                return new Knocks(lines.map(Knocks::parse)
                        .filter(knock -> knock.sent() >= moment)
                        .toList());
            }
        } catch (IOException e) {
            throw new IllegalStateException("could not read " + log, e);
        }
    }

    private static Knock parse(String line) {
        String[] part = line.split(" ", 4);
        return new Knock(
                Outcome.valueOf(part[0]),
                part[1],
                Long.parseLong(part[2]),
                Long.parseLong(part[3]));
    }

    /** How many of a node's knocks of a time were let in. */
    long accepted(BootedNode node, long from, long to) {
        return of(node).filter(knock -> knock.outcome().isOpen())
                .filter(knock -> knock.sent() >= from && knock.sent() < to)
                .count();
    }

    /** How many of a node's knocks ended so. */
    long count(BootedNode node, Outcome outcome) {
        return of(node).filter(knock -> knock.outcome() == outcome).count();
    }

    /** When the first knock was sent that a primary answered; the end of time when none was. */
    long firstPrimary(BootedNode node) {
        return of(node).filter(knock -> knock.outcome() == Outcome.PRIMARY)
                .mapToLong(Knock::sent)
                .min()
                .orElse(Long.MAX_VALUE);
    }

    private Stream<Knock> of(BootedNode node) {
        return all.stream().filter(knock -> knock.node().equals(node.name()));
    }
}
