package io.pgha.setup;

/**
 * A line that pg_hba.conf must have: a role that comes over TCP with a password.
 *
 * @param database a database's name, or {@code replication} for streaming
 * @param role who
 * @param address from where, an IP address or a host's name
 */
record HbaLine(String database, String role, String address) {

    static final String REPLICATION = "replication";

    private boolean isName() {
        return !address.contains(":") && !address.matches("[\\d.]+");
    }

    /** How PostgreSQL reads it. */
    String text() {
        String from = isName() ? address : address + (address.contains(":") ? "/128" : "/32");
        return String.format(
                java.util.Locale.ROOT,
                "host    %-15s %-15s %-23s scram-sha-256",
                database.equals(REPLICATION) ? database : word(database),
                word(role),
                from);
    }

    /** A word that PostgreSQL would read as something else, or as several, is put in quotes. */
    private static String word(String name) {
        return name.matches("[A-Za-z_][A-Za-z0-9_$]*")
                        && !name.matches("all|sameuser|samerole|samegroup|replication")
                ? name
                : '"' + name.replace("\"", "\"\"") + '"';
    }
}
