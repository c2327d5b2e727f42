package io.pgha.cli;

/** Exit codes of every command; {@code pgha --help} and the man page print the same table. */
final class Exit {

    /** Fine. */
    static final int OK = 0;
    /** The operation failed; nothing is worse than before. */
    static final int FAILED = 1;
    /** Bad usage or configuration. */
    static final int USAGE = 2;
    /** It works, but one more fault would hurt. */
    static final int DEGRADED = 3;
    /** No writable primary, two of them, or not to be found out. */
    static final int CRITICAL = 4;
    /** Refused for safety; the message says what to do. */
    static final int REFUSED = 5;
    /** Interrupted, and can be resumed. */
    static final int INTERRUPTED = 6;

    private Exit() {}
}
