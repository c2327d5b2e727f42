package io.pgha.network;

import io.pgha.model.Probed;

import java.time.Duration;

/**
 * One look at a gateway.
 *
 * @param name as configured
 * @param probe the time its answer took; Refused when it was reached and turned the connection down; Silent otherwise
 */
public record GatewayView(String name, Probed<Duration> probe) {

    /** Somebody beyond this host spoke: an answer is one, and so is a refusal. */
    public boolean isSeen() {
        return !(probe instanceof Probed.Silent<Duration>);
    }
}
