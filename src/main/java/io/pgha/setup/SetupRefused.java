package io.pgha.setup;

/** Setup goes no further: what was found, and what to type. Everything that it did before is whole. */
public final class SetupRefused extends Exception {

    private static final long serialVersionUID = 1L;

    private final Why why;
    private final String words;

    /** Whose fault it is, which decides the exit code. */
    public enum Why {
        /** What was typed. */
        INPUT,
        /** It would not be safe here. */
        SAFETY,
        /** Something that was tried did not work. */
        TROUBLE
    }

    private SetupRefused(Why why, String words) {
        super(words);
        this.why = why;
        this.words = words;
    }

    /** A flag or a file that was given does not fit. */
    public static SetupRefused input(String words) {
        return new SetupRefused(Why.INPUT, words);
    }

    static SetupRefused unsafe(String words) {
        return new SetupRefused(Why.SAFETY, words);
    }

    static SetupRefused trouble(String words) {
        return new SetupRefused(Why.TROUBLE, words);
    }

    public Why why() {
        return why;
    }

    /** What to show. */
    public String words() {
        return words;
    }
}
