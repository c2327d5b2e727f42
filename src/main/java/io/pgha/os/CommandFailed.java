package io.pgha.os;

/** A program could not be started, or did not end within its deadline. A non-zero exit code is not this: it is a result. */
public final class CommandFailed extends Exception {

    private final String words;

    CommandFailed(String words) {
        super(words);
        this.words = words;
    }

    /** What was tried, and what came back. */
    public String words() {
        return words;
    }
}
