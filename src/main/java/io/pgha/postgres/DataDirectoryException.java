package io.pgha.postgres;

import java.io.IOException;

/**
 * Work on a data directory did not reach its postcondition. The message says what was tried, on what, what came back and what
 * to type next; it never holds a secret.
 */
public final class DataDirectoryException extends Exception {

    private static final long serialVersionUID = 1L;

    private final Kind kind;
    private final String message;

    /** What it means for the workflow. */
    public enum Kind {
        /** Tried and failed; begin again when the cause is gone. */
        FAILED,
        /** Not tried, because it would not have been safe. */
        REFUSED,
        /** Given up because the caller asked for it. */
        CANCELLED
    }

    private DataDirectoryException(Kind kind, String message) {
        super(message);
        this.kind = kind;
        this.message = message;
    }

    private DataDirectoryException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
        this.message = message;
    }

    static DataDirectoryException failed(String message) {
        return new DataDirectoryException(Kind.FAILED, message);
    }

    static DataDirectoryException failed(String message, Throwable cause) {
        return new DataDirectoryException(Kind.FAILED, message + ": " + reason(cause), cause);
    }

    static DataDirectoryException refused(String message) {
        return new DataDirectoryException(Kind.REFUSED, message);
    }

    static DataDirectoryException cancelled(String what) {
        return new DataDirectoryException(Kind.CANCELLED, what + " was cancelled");
    }

    /** Whether it failed, was refused or was cancelled. */
    public Kind kind() {
        return kind;
    }

    @Override
    public String getMessage() {
        return message;
    }

    /** The JDK puts only the path into some of its messages; the type then carries the reason. */
    private static String reason(Throwable cause) {
        return cause instanceof IOException && cause.getClass() != IOException.class
                ? cause.getClass().getSimpleName().replace("Exception", "") + " "
                        + cause.getMessage()
                : String.valueOf(cause.getMessage());
    }
}
