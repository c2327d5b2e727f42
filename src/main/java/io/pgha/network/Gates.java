package io.pgha.network;

import io.pgha.config.Settings;

/** The gate that the configuration asks for. */
public final class Gates {

    private Gates() {}

    /**
     * Nothing in the kernel changes yet.
     *
     * @throws GateException when the backend's programs or libraries are missing
     */
    public static Gate of(Settings settings) throws GateException {
        GateRules rules = GateRules.of(settings);
        return switch (settings.gate().backend()) {
            case NFTABLES -> new NftGate(rules);
            case IPTABLES ->
                throw new GateException("gate.backend = iptables is not built yet: set nftables");
        };
    }
}
