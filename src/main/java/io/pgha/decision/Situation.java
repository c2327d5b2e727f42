package io.pgha.decision;

/** What is true, in one word; the log, the status and the stories use it. */
public enum Situation {
    /** Nothing is wrong that this node could see. */
    HEALTHY,
    /** A workflow is in flight. */
    BUSY,
    /** The role is being found out, or may not be taken yet. */
    UNDECIDED,
    /** The primary fails on every channel, MAX is not reached. */
    PRIMARY_FAILING,
    /** MAX is reached, or the primary ceded, or a person said so. */
    PRIMARY_DOWN,
    /** MAX is reached, and something speaks against taking over. */
    TAKEOVER_VETOED,
    /** The primary's daemon is silent while its PostgreSQL lives. */
    PEER_DAEMON_DOWN,
    /** The primary's daemon speaks of a PostgreSQL that does not run. */
    PRIMARY_POSTGRES_DOWN,
    /** The local PostgreSQL does not run. */
    POSTGRES_DOWN,
    /** The local PostgreSQL runs and does not do its work. */
    POSTGRES_HANGS,
    /** No standby follows. */
    STANDBY_MISSING,
    /** Neither the peer nor a gateway is seen. */
    ISOLATED,
    /** An operator wants nothing done automatically. */
    PAUSED,
    /** Another open primary was met. */
    TWO_PRIMARIES,
    /** A person must decide or act. */
    WAITING_FOR_OPERATOR
}
