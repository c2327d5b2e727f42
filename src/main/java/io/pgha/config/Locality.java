package io.pgha.config;

import java.net.InetAddress;
import java.util.Optional;

/** Which addresses are this machine's. */
interface Locality {

    /** Whether a host or address is this machine's. A name may be looked up, for a bounded time. */
    Where where(String host);

    /** The network, as "10.0.0.0/24", of the interface that has {@code own}, if {@code place} lies in it. */
    Optional<String> networkOf(InetAddress own, InetAddress place);

    /** Where a host is. */
    enum Where {
        HERE,
        ELSEWHERE,
        /** Its name did not resolve, which says nothing about where it is. */
        UNRESOLVED
    }
}
