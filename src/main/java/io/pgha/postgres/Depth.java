package io.pgha.postgres;

/** How far a probe of a PostgreSQL port goes. */
public enum Depth {
    /** As far as the server's first answer to the startup packet: no login, hardly any work on either side. */
    LIGHT,
    /** Login and one query. */
    FULL
}
