package io.pgha.model;

import java.time.Duration;
import java.util.Optional;

/**
 * How a serving owner sees its standby follow; with it the owner renews the standby's eligibility at the arbiter.
 *
 * @param confirmed what the standby has on its disk by its own word; empty: nobody streams
 * @param synchronous the standby has all that was ever acknowledged; empty: nobody was promised that
 * @param alone as long ago the owner had nothing that the standby lacks; empty: not seen since the owner's daemon started
 */
public record Followed(
        Optional<Lsn> confirmed, Optional<Boolean> synchronous, Optional<Duration> alone) {}
