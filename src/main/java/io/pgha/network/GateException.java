package io.pgha.network;

/** The firewall did not do what it was told. */
public final class GateException extends Exception {

    private final String words;

    public GateException(String words) {
        super(words);
        this.words = words;
    }

    /** What was tried, what came back, and what to type next. */
    public String words() {
        return words;
    }
}
