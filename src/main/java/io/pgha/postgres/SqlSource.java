package io.pgha.postgres;

import java.sql.Connection;
import java.sql.SQLException;

/** Opens a connection with its deadlines set (connect, socket). The caller closes it. */
@FunctionalInterface
public interface SqlSource {
    /** A fresh connection in autocommit mode. */
    Connection open() throws SQLException;
}
