package io.pgha.it;

/** What stands between the clients and the pair. */
enum Door {
    /** HAProxy's TCP checks. */
    HAPROXY(Wires.CLIENT + ":5432/app"),
    /** Nothing: pgjdbc knows both nodes and looks for the primary, as the README's table of clients has it. */
    PGJDBC(
            Wires.address(1)
                    + ":5432,"
                    + Wires.address(2)
                    + ":5432/app?targetServerType=primary&hostRecheckSeconds=0&connectTimeout=2&loginTimeout=4&tcpKeepAlive=true"),
    /** PgBouncer before HAProxy. */
    PGBOUNCER(LabPooler.DOOR);

    private final String url;

    Door(String url) {
        this.url = url;
    }

    /** Host, port, database and settings, as a client of pgjdbc writes them. */
    String url() {
        return url;
    }
}
