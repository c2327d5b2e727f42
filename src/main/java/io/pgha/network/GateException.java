package io.pgha.network;

/**
 * The firewall did not do what was asked, or did not say so in time. The message says what was tried, what came back, and what to
 * type next. After a deadline the outcome is unknown: look before deciding.
 */
public final class GateException extends Exception {

    /** What was tried, what came back, what to type next. */
    public String words() {
        return String.valueOf(getMessage());
    }

    /** With what was tried, what came back, and what to type next. */
    public GateException(String message) {
        super(message);
    }

    GateException(String message, Throwable cause) {
        super(message, cause);
    }
}
