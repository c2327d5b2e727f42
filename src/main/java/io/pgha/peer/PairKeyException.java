package io.pgha.peer;

/** The pair key cannot be used or made. The message names the file, what is wrong with it, and what to type. */
public final class PairKeyException extends Exception {

    PairKeyException(String message) {
        super(message);
    }

    PairKeyException(String message, Throwable cause) {
        super(message, cause);
    }
}
