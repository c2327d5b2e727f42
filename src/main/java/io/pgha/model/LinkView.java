package io.pgha.model;

import java.time.Duration;
import java.util.Optional;

/**
 * One address of the peer, as the link sees it.
 *
 * @param address host and port
 * @param up the last message was answered in time
 * @param roundTrip of the last answered message
 * @param lastAnswered when a message of ours was last answered over it
 * @param trouble why it is down; empty when up
 */
public record LinkView(
        String address,
        boolean up,
        Optional<Duration> roundTrip,
        Optional<MonoTime> lastAnswered,
        String trouble) {}
