package io.pgha.setup;

import java.util.List;

/**
 * Statements as superuser, all of them or none.
 *
 * @param psql the way to the server
 * @param database where functions are granted
 * @param statements with the verifiers
 * @param shown without
 */
record RoleStep(Psql psql, String database, List<String> statements, List<String> shown)
        implements Step {

    RoleStep {
        statements = List.copyOf(statements);
        shown = List.copyOf(shown);
    }

    @Override
    public String words() {
        return "roles, in database " + database + " of the local PostgreSQL";
    }

    @Override
    public List<String> lines() {
        return shown.stream().map(s -> "+" + s).toList();
    }

    @Override
    public void make() throws SetupRefused {
        psql.run(database, "begin;\n" + String.join("\n;\n", statements) + "\n;\ncommit;\n");
    }
}
