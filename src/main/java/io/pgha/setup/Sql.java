package io.pgha.setup;

/** Words of SQL, in quotes. */
final class Sql {

    private Sql() {}

    /** A name. */
    static String name(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    /** A text; under standard_conforming_strings, which {@link Psql} sets. */
    static String literal(String text) {
        return "'" + text.replace("'", "''") + "'";
    }
}
