package io.pgha.setup;

import java.util.List;

/**
 * PostgreSQL reads its files again. Never a restart.
 *
 * @param psql the way to the server
 */
record ReloadStep(Psql psql) implements Step {

    @Override
    public String words() {
        return "reload PostgreSQL";
    }

    @Override
    public List<String> lines() {
        return List.of();
    }

    @Override
    public void make() throws SetupRefused {
        psql.run("postgres", "select pg_reload_conf();");
    }
}
