package io.pgha.postgres;

import org.postgresql.ds.PGSimpleDataSource;

import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.Optional;
import java.util.logging.Logger;

import javax.sql.DataSource;

/**
 * Connections that log in with the password as it is now in the password file: a password that is changed, or mended, while
 * the daemon runs is used by the next connection. Safe for threads.
 */
final class FreshPassword implements DataSource {

    private final PGSimpleDataSource source;
    private final Password password;

    /** Reads the password. */
    interface Password {
        /**
         * Empty: none is known, and the server may ask for none.
         *
         * @throws SQLException when the file cannot be read
         */
        Optional<String> read() throws SQLException;
    }

    FreshPassword(PGSimpleDataSource source, Password password) {
        this.source = source;
        this.password = password;
    }

    @Override
    public Connection getConnection() throws SQLException {
        Optional<String> now = password.read();
        String user = String.valueOf(source.getUser());
        return now.isPresent() ? source.getConnection(user, now.get()) : source.getConnection();
    }

    @Override
    public Connection getConnection(String user, String other) throws SQLException {
        return source.getConnection(user, other);
    }

    @Override
    public PrintWriter getLogWriter() {
        throw new UnsupportedOperationException("nothing is logged here");
    }

    @Override
    public void setLogWriter(PrintWriter out) {
        throw new UnsupportedOperationException("nothing is logged here");
    }

    @Override
    public void setLoginTimeout(int seconds) {
        source.setLoginTimeout(seconds);
    }

    @Override
    public int getLoginTimeout() {
        return source.getLoginTimeout();
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        throw new SQLFeatureNotSupportedException("no java.util.logging here");
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        throw new SQLException("not a wrapper of " + type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) {
        return false;
    }
}
