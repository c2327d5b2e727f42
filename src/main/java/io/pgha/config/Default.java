package io.pgha.config;

import java.util.Optional;
import java.util.function.Function;

/** What holds when a key is not written. */
sealed interface Default<T> {

    /** The same value everywhere. */
    record Fixed<T>(T value) implements Default<T> {}

    /** The profile says. */
    record OfProfile<T>(Function<Profile, T> value) implements Default<T> {}

    /** Taken from another key; the words say how. */
    record Derived<T>(String words) implements Default<T> {}

    /** It must be written. */
    record Required<T>() implements Default<T> {}

    /** It is written under these conditions only; the words say what holds otherwise. */
    record Unset<T>(String words) implements Default<T> {}

    /** The value that holds, when this default is one that has a value by itself. */
    default Optional<T> under(Profile profile) {
        if (this instanceof Fixed<T> fixed) {
            return Optional.of(fixed.value());
        }
        if (this instanceof OfProfile<T> ofProfile) {
            return Optional.of(ofProfile.value().apply(profile));
        }
        return Optional.empty();
    }
}
