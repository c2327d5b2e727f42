package io.pgha.sim;

/** A promise did not hold. */
final class LawBroken extends RuntimeException {

    private final String law;

    LawBroken(String law, String words) {
        super(law + ": " + words);
        this.law = law;
    }

    /** The promise's name. */
    String law() {
        return law;
    }
}
