package io.pgha.network;

import io.pgha.config.Settings;

import java.time.Duration;

/** The gate that the configuration asks for. */
public final class Gates {

    private Gates() {}

    /** iptables waits for its lock in whole seconds, and must be able to say that it did. */
    private static final Duration SHORTEST = Duration.ofSeconds(2);

    /**
     * Nothing in the kernel changes yet. A call of the gate is given the time that the policy gives a close.
     *
     * @throws GateException when the peer's name does not resolve
     */
    public static Gate of(Settings settings) throws GateException {
        GateRules rules = GateRules.of(settings);
        Duration close = settings.policy().closeTimeout();
        Duration deadline = close.compareTo(SHORTEST) < 0 ? SHORTEST : close;
        return switch (settings.gate().backend()) {
            case NFTABLES -> new NftGate(rules, deadline);
            case IPTABLES -> new IptablesGate(rules, deadline);
        };
    }
}
