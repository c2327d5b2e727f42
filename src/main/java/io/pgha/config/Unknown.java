package io.pgha.config;

import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Says why a key is refused, and what was probably meant. Never repeats the value, which may be a password. */
final class Unknown {

    private static final Pattern SECRET = Pattern.compile(".*(passw|passphrase|secret|token).*");

    private Unknown() {}

    /** Why {@code path} cannot stand here, where {@code known} keys can. */
    static String why(String path, List<String> known, ConfigValue value) {
        Optional<Key<?>> elsewhere = Keys.find(path);
        if (elsewhere.isPresent()) {
            return elsewhere.get().scope() == Key.Scope.NODE
                    ? "belongs to one node; write it in nodes { NAME { ... } }"
                    : "is the same for both nodes; write it at the top of the file, outside of nodes";
        }
        if (SECRET.matcher(path.toLowerCase(Locale.ROOT)).matches()) {
            return "unknown key; passwords stand in the libpq password file that postgres.pass_file names, and nowhere"
                    + " else";
        }
        Optional<String> near = meant(path, known);
        if (near.isPresent()) {
            return "unknown key; did you mean " + near.get() + "?";
        }
        if (value instanceof ConfigObject && known.contains("host")) {
            return "unknown block; a node's name with dots must be in double quotes";
        }
        return "unknown key; pgha config show lists the keys that exist";
    }

    /** The nearest path, else the keys whose last word is the one written, else the nearest by the last word. */
    private static Optional<String> meant(String path, List<String> known) {
        String last = last(path);
        List<String> sameWord = known.stream()
                .filter(key -> last(key).equals(last.toLowerCase(Locale.ROOT).replace('-', '_')))
                .toList();
        if (!sameWord.isEmpty()) {
            return Optional.of(String.join(" or ", sameWord));
        }
        return Names.nearest(path, known)
                .or(() -> Names.nearest(path, Keys.blocks()))
                .or(() -> Names.nearest(last, known.stream().map(Unknown::last).toList())
                        .flatMap(word -> known.stream()
                                .filter(key -> last(key).equals(word))
                                .findFirst()));
    }

    private static String last(String path) {
        return path.substring(path.lastIndexOf('.') + 1);
    }
}
