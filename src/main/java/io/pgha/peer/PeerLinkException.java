package io.pgha.peer;

/** The peer link cannot start. The message names the address, what came back, and what to type. */
public final class PeerLinkException extends Exception {

    PeerLinkException(String message, Throwable cause) {
        super(message, cause);
    }
}
