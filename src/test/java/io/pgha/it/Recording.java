package io.pgha.it;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What the clients of a run saw, each attempt with the moments it was sent and answered (System.nanoTime of this host).
 *
 * @param attempts in the order of their answers
 */
public record Recording(List<Attempt> attempts) {

    /** What became of an attempt. */
    public enum Kind {
        /** A writer's row was acknowledged. */
        ACKNOWLEDGED,
        /** A writer's attempt failed; the row may or may not be there. */
        FAILED,
        /** An observer's row was acknowledged by its node. */
        ACCEPTED,
        /** An observer's attempt failed. */
        REJECTED
    }

    /**
     * One attempt.
     *
     * @param kind its outcome
     * @param id of the row; 0 for observers
     * @param sent when it was sent
     * @param answered when its outcome was known
     * @param text the node's address or name, and the error
     */
    public record Attempt(Kind kind, long id, long sent, long answered, String text) {

        /** Reads a line of the recording client. */
        public static Attempt parse(String line) {
            String[] part = line.split(" ", 5);
            Kind kind = switch (part[0]) {
                case "W" -> Kind.ACKNOWLEDGED;
                case "F" -> Kind.FAILED;
                case "O" -> Kind.ACCEPTED;
                case "X" -> Kind.REJECTED;
                default -> throw new IllegalArgumentException("not an attempt: " + line);
            };
            return new Attempt(
                    kind,
                    Long.parseLong(part[1]),
                    Long.parseLong(part[2]),
                    Long.parseLong(part[3]),
                    part[4]);
        }

        /** Whether it is about that node. */
        public boolean concerns(int node) {
            return text.startsWith("node" + node) || text.equals(Wires.address(node));
        }
    }

    /** A span during which something held, in nanoseconds. */
    public record Span(long from, long to) {
        /** Rounded up: a moment of two primaries must not print as none. */
        public long millis() {
            return Math.floorDiv(to - from + 999_999, 1_000_000L);
        }
    }

    /** Puts them into the order of their answers. */
    public Recording {
        attempts = attempts.stream()
                .sorted(Comparator.comparingLong(Attempt::answered))
                .toList();
    }

    /** Reads what is there; a last line that is only half written yet is left out. */
    public static Recording read(Path log) {
        return new Recording(RecordingTail.ofAll(log).next());
    }

    /** The attempts of one kind. */
    public List<Attempt> of(Kind kind) {
        return attempts.stream().filter(a -> a.kind() == kind).toList();
    }

    /** Ids of all acknowledged rows. */
    public Set<Long> acknowledged() {
        return of(Kind.ACKNOWLEDGED).stream()
                .map(Attempt::id)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Ids of the rows that one node acknowledged. */
    Set<Long> acknowledgedBy(LabNode node) {
        return of(Kind.ACKNOWLEDGED).stream()
                .filter(attempt -> attempt.concerns(node.number()))
                .map(Attempt::id)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Milliseconds of the longest span without an acknowledged row between two that were. */
    long longestGapMillis() {
        return longestGap(Long.MIN_VALUE, Long.MAX_VALUE).millis();
    }

    /** The longest span between two acknowledgements that overlaps the given one; empty span when there is none. */
    public Span longestGap(long from, long to) {
        Span longest = new Span(0, 0);
        List<Attempt> acknowledged = of(Kind.ACKNOWLEDGED);
        for (int i = 1; i < acknowledged.size(); i++) {
            Span gap = new Span(
                    acknowledged.get(i - 1).answered(), acknowledged.get(i).answered());
            boolean within = gap.to() >= from && gap.from() <= to;
            if (within && gap.to() - gap.from() > longest.to() - longest.from()) {
                longest = gap;
            }
        }
        return longest;
    }

    /** Acknowledged rows that this node does not have. */
    Set<Long> lost(LabNode node) {
        Set<Long> missing = new TreeSet<>(acknowledged());
        node.postgres()
                .sql("app", "select id from recorded")
                .lines()
                .map(Long::parseLong)
                .forEach(missing::remove);
        return missing;
    }

    /** Milliseconds in which both nodes took client writes, rounded up. */
    public long twoPrimariesMillis() {
        List<Span> second = accepting(2);
        long nanos = 0;
        for (Span one : accepting(1)) {
            for (Span two : second) {
                long from = Math.max(one.from(), two.from());
                long to = Math.min(one.to(), two.to());
                nanos += Math.max(0, to - from);
            }
        }
        return new Span(0, nanos).millis();
    }

    /**
     * The spans in which a node took client writes, whoever sent them: each from the sending of the first to the answer
     * of the last before a write was rejected. Generous, so that it errs on the side of two primaries.
     */
    List<Span> accepting(int node) {
        List<Span> spans = new ArrayList<>();
        boolean open = false;
        for (Attempt attempt : attempts) {
            if (!attempt.concerns(node)) {
                continue;
            }
            switch (attempt.kind()) {
                case ACCEPTED, ACKNOWLEDGED -> {
                    if (open) {
                        Span last = spans.remove(spans.size() - 1);
                        spans.add(new Span(last.from(), attempt.answered()));
                    } else {
                        spans.add(new Span(attempt.sent(), attempt.answered()));
                    }
                    open = true;
                }
                case REJECTED -> open = false;
                case FAILED -> {
                    // Went through the traffic manager: says nothing about one node.
                }
            }
        }
        return spans;
    }
}
