package io.pgha.model;

/**
 * A standby as its primary sees it, from pg_stat_replication.
 *
 * @param name application_name
 * @param address client address; empty for a unix socket
 * @param state startup, catchup, streaming, backup, stopping
 * @param syncState async, potential, sync, quorum
 * @param flushed what it has confirmed on disk
 */
public record StandbyView(
        String name, String address, String state, String syncState, Lsn flushed) {}
