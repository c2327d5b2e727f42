package io.pgha.config;

/** A value that does not fit its key; the message says why, without naming the key. */
final class Unfit extends Exception {

    private static final long serialVersionUID = 1L;

    Unfit(String message) {
        super(message);
    }

    /** What is wrong. */
    String why() {
        return String.valueOf(getMessage());
    }
}
