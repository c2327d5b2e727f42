package io.pgha.postgres;

/**
 * PostgreSQL was not started, stopped, promoted or read as asked. The message says what was tried, on what, what came back and,
 * where there is something to do, what to type next; it holds no secret.
 */
public final class ControlFailed extends Exception {

    ControlFailed(String message) {
        super(message);
    }

    ControlFailed(String message, Throwable cause) {
        super(message, cause);
    }

    /** The message. */
    public String words() {
        return String.valueOf(getMessage());
    }
}
