package io.pgha.http;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Enum constants as they travel: lower case, underscores kept. */
final class Names {

    private Names() {}

    static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    /**
     * The constant of that name.
     *
     * @throws IllegalArgumentException that lists the names there are
     */
    static <E extends Enum<E>> E parse(Class<E> type, String name) {
        List<E> constants = Arrays.asList(type.getEnumConstants());
        return constants.stream()
                .filter(c -> lower(c).equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("'" + name + "' is none of "
                        + constants.stream().map(Names::lower).toList()));
    }
}
