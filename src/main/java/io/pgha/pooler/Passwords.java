package io.pgha.pooler;

import java.sql.SQLException;
import java.util.Optional;

/** Where a console's password comes from; asked anew for each connection. */
@FunctionalInterface
public interface Passwords {

    /**
     * Empty when none is known.
     *
     * @throws SQLException when it could not be looked up
     */
    Optional<String> find(String host, int port, String database, String user) throws SQLException;
}
