package io.pgha.setup;

import java.util.List;

/**
 * pg_hba.conf, read by PostgreSQL before it is told to: what it does not understand is put back.
 *
 * @param file the change
 * @param psql the way to the server
 */
record HbaStep(FileStep file, Psql psql) implements Step {

    private static final String ERRORS =
            "select string_agg(line_number || ': ' || error, '; ') from pg_hba_file_rules where error is not null;";

    @Override
    public String words() {
        return file.words();
    }

    @Override
    public List<String> lines() {
        return file.lines();
    }

    @Override
    public void make() throws SetupRefused {
        String before = psql.run("postgres", ERRORS);
        if (!before.isEmpty()) {
            throw SetupRefused.trouble(file.file()
                    + " has errors already, so that no reload would take it: line " + before);
        }
        file.make();
        String after = psql.run("postgres", ERRORS);
        if (!after.isEmpty()) {
            file.undo();
            throw SetupRefused.trouble("PostgreSQL does not understand the new " + file.file()
                    + " (line " + after + "), so the old one was put back");
        }
    }
}
