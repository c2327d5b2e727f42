package io.pgha.model;

/**
 * The number that rises by one with each change of primary; the fencing token of the pair.
 *
 * @param number 0 before the pair has ever had a primary under pgha
 */
public record Epoch(long number) implements Comparable<Epoch> {

    /** No primary has been recorded yet. */
    public static final Epoch NONE = new Epoch(0);

    public Epoch {
        if (number < 0) {
            throw new IllegalArgumentException("epoch " + number + " is negative");
        }
    }

    public Epoch next() {
        return new Epoch(Math.addExact(number, 1));
    }

    public boolean isAfter(Epoch other) {
        return number > other.number;
    }

    @Override
    public int compareTo(Epoch other) {
        return Long.compare(number, other.number);
    }

    @Override
    public String toString() {
        return Long.toString(number);
    }
}
