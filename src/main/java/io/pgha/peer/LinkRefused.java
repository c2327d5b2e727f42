package io.pgha.peer;

import java.io.IOException;

/** The other end of a connection did something that is not let pass. The message is a whole sentence for the operator. */
final class LinkRefused extends IOException {

    LinkRefused(String message) {
        super(message);
    }

    LinkRefused(String message, Throwable cause) {
        super(message, cause);
    }
}
