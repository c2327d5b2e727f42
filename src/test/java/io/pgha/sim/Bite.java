package io.pgha.sim;

import io.pgha.model.Guard;

import java.util.Locale;
import java.util.Optional;
import java.util.function.BiFunction;

/** One schedule for a caller that lives outside this class loader: guard (empty: drawn) and seed to the law that broke. */
public final class Bite implements BiFunction<String, Long, String> {

    /** For the class loader of a deliberate break. */
    public Bite() {}

    @Override
    public String apply(String guard, Long seed) {
        Optional<Guard> wanted = guard.isEmpty()
                ? Optional.empty()
                : Optional.of(Guard.valueOf(guard.toUpperCase(Locale.ROOT)));
        return Simulation.run(seed, wanted, false).broken().orElse("");
    }
}
