package io.pgha.setup;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Settings by ALTER SYSTEM, in force after a reload or a restart.
 *
 * @param psql the way to the server
 * @param values by name
 */
record AlterStep(Psql psql, Map<String, String> values) implements Step {

    AlterStep {
        values = new LinkedHashMap<>(values);
    }

    @Override
    public String words() {
        return "settings of postgresql.auto.conf, by ALTER SYSTEM";
    }

    @Override
    public List<String> lines() {
        return statements().stream().map(s -> "+" + s).toList();
    }

    private List<String> statements() {
        List<String> all = new ArrayList<>();
        values.forEach((name, value) ->
                all.add("alter system set " + name + " = " + Sql.literal(value) + ";"));
        return all;
    }

    @Override
    public void make() throws SetupRefused {
        psql.run("postgres", String.join("\n", statements()));
    }
}
