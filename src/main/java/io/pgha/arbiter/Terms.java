package io.pgha.arbiter;

import io.pgha.model.Policy;

import java.time.Duration;

/**
 * The spans an arbiter works with.
 *
 * @param margin what it waits beyond a grant and the clocks' difference (protocol, G)
 * @param claimTimeout a claim that was not opened for this long may be claimed over
 * @param longestLease it grants none above; a register that was lost makes it wait for one of these
 */
public record Terms(Duration margin, Duration claimTimeout, Duration longestLease) {

    /** From the receipt of a request to the moment at which its grant is surely over. */
    public Duration waitAfter(Duration granted) {
        return Policy.waitAfter(granted, margin);
    }
}
