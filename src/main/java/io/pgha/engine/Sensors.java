package io.pgha.engine;

import io.pgha.model.MonoTime;
import io.pgha.model.Observation;

import java.util.Optional;

/** The newest of everything that is looked at. Called on the engine's thread; returns at once. */
public interface Sensors {

    /** One immutable observation; parts that could not be looked at say so. */
    Observation read(MonoTime now);

    /** What guards the ports, in words that nothing is decided by; empty: not known. */
    default Optional<String> gateWords() {
        return Optional.empty();
    }
}
