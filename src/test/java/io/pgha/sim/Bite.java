package io.pgha.sim;

import io.pgha.model.Guard;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/** One schedule for a caller that lives outside this class loader: what {@link Tooth#terms()} says, and a seed, to the law that broke. */
public final class Bite implements BiFunction<String, Long, String> {

    /** As the last of the terms: only seeds with fence devices. */
    private static final String FENCED = " fenced";

    /** For the class loader of a deliberate break. */
    public Bite() {}

    @Override
    public String apply(String terms, Long seed) {
        boolean fenced = terms.endsWith(FENCED);
        String others = fenced ? terms.substring(0, terms.length() - FENCED.length()) : terms;
        return Simulation.run(fenced ? SimFence.seed(seed) : seed, terms(others), false)
                .broken()
                .orElse("");
    }

    /** From words: a guard's name, kinds of faults, in any order. */
    static Simulation.Terms terms(String words) {
        Optional<Guard> guard = Optional.empty();
        Set<FaultKind> faults = EnumSet.noneOf(FaultKind.class);
        for (String word : words.toUpperCase(Locale.ROOT).split("[ ,]+", -1)) {
            Optional<Guard> named = Arrays.stream(Guard.values())
                    .filter(g -> g.name().equals(word))
                    .findFirst();
            guard = named.or(keep(guard));
            if (named.isEmpty() && !word.isEmpty()) {
                faults.add(FaultKind.valueOf(word));
            }
        }
        return new Simulation.Terms(guard, faults);
    }

    private static <T> Supplier<Optional<T>> keep(Optional<T> before) {
        return () -> before;
    }
}
