package io.pgha.model;

/** What PostgreSQL's port said to a fresh connection; only the last three mean that the primary failed. */
public enum PortAnswer {
    /** Logged in and the query came back. */
    READY("ready"),
    /** The server asked for authentication: it accepts and forks backends, which is as far as a light probe goes. */
    ALIVE("alive"),
    /** SQLSTATE 53300: it lives and is full. */
    FULL("too many clients"),
    /** SQLSTATE 57P03: starting up, in crash recovery, or shutting down. */
    STARTING("starting up or shutting down"),
    /** In recovery, or SQLSTATE 25006: it answers, and is read-only. */
    READ_ONLY("read-only"),
    /** SQLSTATE class 28, 3D000 or 42501: it answers, and does not like our credentials. */
    DENIED("credentials refused"),
    /** No answer in time, while it let others in: it lives, and has more to do than it can. */
    BUSY("lets others in, but not us in time"),
    /** Any other error from the server itself: it lives. */
    ERROR("error"),
    /** The name does not resolve: says nothing about the server. */
    UNRESOLVED("name does not resolve"),
    /** The probe could not be made from here (no route, no rights, no descriptors): says nothing about the server. */
    UNTRIED("not tried"),
    /** SQLSTATE 53100 or 58030: it lives, and can write nothing. */
    UNWRITABLE("cannot write to its disk"),
    /** Nothing listens there. */
    REFUSED("connection refused"),
    /** No answer within the deadline. */
    TIMEOUT("no answer in time");

    private final String words;

    PortAnswer(String words) {
        this.words = words;
    }

    /** True for the answers that count towards MAX_PRIMARY_FAILCOUNT. */
    public boolean isFailure() {
        return this == UNWRITABLE || this == REFUSED || this == TIMEOUT;
    }

    /** True when PostgreSQL itself spoke. */
    public boolean isSignOfLife() {
        return switch (this) {
            case READY, ALIVE, FULL, STARTING, READ_ONLY, DENIED, BUSY, ERROR, UNWRITABLE -> true;
            case UNRESOLVED, UNTRIED, REFUSED, TIMEOUT -> false;
        };
    }

    /** True when PostgreSQL was asked and nobody spoke. */
    public boolean isSilence() {
        return this == REFUSED || this == TIMEOUT;
    }

    /** True when PostgreSQL could not be asked from here. */
    public boolean isUnasked() {
        return this == UNRESOLVED || this == UNTRIED;
    }

    public String words() {
        return words;
    }
}
