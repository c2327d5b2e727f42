package io.pgha.model;

import java.time.Duration;

/**
 * What the decision core needs to know of fencing: switching the other machine's power off by an agent, and seeing it off.
 *
 * @param configured both nodes name devices that switch them off
 * @param required a peer that is not seen off is not taken over from; otherwise fencing is an extra beside leases
 * @param timeout of one attempt, all devices together, and the pause before the next one
 */
public record FencePolicy(boolean configured, boolean required, Duration timeout) {

    /** Nobody can switch anybody off. */
    public static final FencePolicy NONE = new FencePolicy(false, false, Duration.ZERO);

    /** True when no takeover on silence may happen without having seen the peer off. */
    public boolean decides() {
        return configured && required;
    }
}
