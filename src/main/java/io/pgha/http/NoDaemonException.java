package io.pgha.http;

import java.io.IOException;

/** Nobody could be asked: what is true on this node is unknown. The message says what to type next. */
public final class NoDaemonException extends IOException {

    private static final long serialVersionUID = 1;

    NoDaemonException(String message, Throwable cause) {
        super(message, cause);
    }
}
