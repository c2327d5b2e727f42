package io.pgha.decision;

import io.pgha.model.Lsn;
import io.pgha.model.MonoTime;

import java.util.Optional;

/**
 * How closely a primary's standby follows, in time, as far as this start of its daemon has seen.
 *
 * @param at at that moment the primary had nothing that the standby lacks by now; empty: not seen yet
 * @param expected a later position that the standby is to confirm; empty: none was seen yet
 * @param expectedAt when the primary was there
 */
public record Following(
        Optional<MonoTime> at, Optional<Lsn> expected, Optional<MonoTime> expectedAt) {

    /** Nothing has been seen. */
    public static final Following NONE =
            new Following(Optional.empty(), Optional.empty(), Optional.empty());
}
