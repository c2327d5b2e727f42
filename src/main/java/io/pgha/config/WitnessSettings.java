package io.pgha.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * The witness's configuration file: checked, complete, immutable.
 *
 * @param listen address
 * @param port port
 * @param stateDirectory where the registers lie; survives a reboot
 * @param pairs key files, one a pair; not empty
 * @param leaseMargin waited beyond a grant and the clocks' difference
 * @param claimTimeout after which a claim that was not opened may be claimed over
 * @param longestLease none above is granted
 */
public record WitnessSettings(
        String listen,
        int port,
        Path stateDirectory,
        List<Path> pairs,
        Duration leaseMargin,
        Duration claimTimeout,
        Duration longestLease) {
    public WitnessSettings {
        pairs = List.copyOf(pairs);
    }
}
