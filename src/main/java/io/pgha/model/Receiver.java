package io.pgha.model;

import java.time.Duration;

/**
 * The WAL receiver of a standby, from pg_stat_wal_receiver.
 *
 * @param status PostgreSQL's word: streaming, starting, waiting, ...
 * @param flushed the last position written and flushed to this disk
 * @param sinceMessage age of the last message from the sender, as this server's clock saw it
 * @param sender host and port it streams from
 */
public record Receiver(String status, Lsn flushed, Duration sinceMessage, String sender) {

    public boolean isStreaming() {
        return status.equals("streaming");
    }
}
