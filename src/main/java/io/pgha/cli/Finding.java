package io.pgha.cli;

import java.util.Locale;

/**
 * One line of {@code pgha check}.
 *
 * @param grade how bad
 * @param name what was looked at, two words at most
 * @param words what was seen
 * @param remedy the command that mends it; empty when nothing is to be mended
 */
record Finding(Grade grade, String name, String words, String remedy) {

    /** How bad. */
    enum Grade {
        OK,
        /** It works now and will hurt later, or could not be looked at. */
        WARN,
        /** pgha cannot do its work. */
        FAIL
    }

    static Finding ok(String name, String words) {
        return new Finding(Grade.OK, name, words, "");
    }

    static Finding warn(String name, String words, String remedy) {
        return new Finding(Grade.WARN, name, words, remedy);
    }

    static Finding fail(String name, String words, String remedy) {
        return new Finding(Grade.FAIL, name, words, remedy);
    }

    /** Such as {@code FAIL link key: no such file -> pgha keygen ...}. */
    String line() {
        String mark = grade == Grade.FAIL ? "FAIL" : grade.name().toLowerCase(Locale.ROOT);
        return String.format(
                Locale.ROOT,
                "%-4s %s: %s%s",
                mark,
                name,
                words,
                remedy.isEmpty() ? "" : " -> " + remedy);
    }
}
