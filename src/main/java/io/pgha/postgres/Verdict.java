package io.pgha.postgres;

import io.pgha.model.PortAnswer;
import io.pgha.os.Deadline;

import org.postgresql.util.PSQLException;

import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.sql.SQLException;
import java.util.Optional;
import java.util.regex.Pattern;

import javax.net.ssl.SSLException;

/**
 * What an attempt to talk to PostgreSQL means.
 *
 * @param answer the kind
 * @param detail the server's or the system's words
 */
record Verdict(PortAnswer answer, String detail) {

    private static final int MOST_CHARACTERS = 300;
    private static final int MOST_CAUSES = 10;
    private static final Pattern BLANKS = Pattern.compile("\\s+");

    Verdict {
        detail = BLANKS.matcher(detail).replaceAll(" ").strip();
        if (detail.length() > MOST_CHARACTERS) {
            detail = detail.substring(0, MOST_CHARACTERS) + "...";
        }
    }

    /** What an error of the server means (PostgreSQL documentation, appendix "Error Codes"). */
    static Verdict ofServer(String sqlState, String message) {
        String detail = sqlState + ": " + message;
        if (sqlState.startsWith("28")) {
            return new Verdict(PortAnswer.DENIED, detail);
        }
        return switch (sqlState) {
            case "53300" -> new Verdict(PortAnswer.FULL, detail);
            // 57P01 and 57P02 end a session that was let in just before a shutdown.
            case "57P01", "57P02", "57P03" -> new Verdict(PortAnswer.STARTING, detail);
            case "25006" -> new Verdict(PortAnswer.READ_ONLY, detail);
            case "3D000", "42501" -> new Verdict(PortAnswer.DENIED, detail);
            case "53100", "58030" -> new Verdict(PortAnswer.UNWRITABLE, detail);
            default -> new Verdict(PortAnswer.ERROR, detail);
        };
    }

    /** What an error of the driver means; it carries the server's error, or the reason why there was none. */
    static Verdict of(SQLException e, Deadline deadline) {
        Optional<Verdict> said = ofServer(e);
        if (said.isPresent()) {
            return said.get();
        }
        String state = Optional.ofNullable(e.getSQLState()).orElse("");
        Optional<IOException> io = ioCause(e);
        if (io.isPresent()) {
            return ofConnected(io.get(), deadline);
        }
        if (deadline.hasPassed()) {
            return new Verdict(PortAnswer.TIMEOUT, "");
        }
        // 08004: the server asked for a login that we cannot give (no password, no TLS).
        boolean credentials = state.startsWith("28") || state.equals("08004");
        return new Verdict(credentials ? PortAnswer.DENIED : PortAnswer.ERROR, words(e));
    }

    /** What a failed TCP connect means. */
    static Verdict ofConnect(IOException e) {
        if (e instanceof SocketTimeoutException) {
            return new Verdict(PortAnswer.TIMEOUT, "no answer to the TCP connect");
        }
        if (e instanceof UnknownHostException) {
            return new Verdict(PortAnswer.UNRESOLVED, words(e));
        }
        if (e instanceof NoRouteToHostException) {
            // EHOSTUNREACH: nobody answers for the address on its network, as when a machine of the
            // same subnet has lost its power. A route that is missing here is ENETUNREACH, below.
            return new Verdict(PortAnswer.TIMEOUT, "no route to host");
        }
        if (e instanceof ConnectException) {
            return new Verdict(PortAnswer.REFUSED, "");
        }
        return new Verdict(PortAnswer.UNTRIED, words(e));
    }

    /** What an input or output error means when it may lie before or after the TCP connect. */
    static Verdict ofConnected(IOException e, Deadline deadline) {
        if (e instanceof ConnectException
                || e instanceof NoRouteToHostException
                || e instanceof UnknownHostException) {
            return ofConnect(e);
        }
        if (e instanceof SocketTimeoutException || deadline.hasPassed()) {
            return new Verdict(PortAnswer.TIMEOUT, "connected, then silence");
        }
        if (e instanceof EOFException || e.getClass() == SocketException.class) {
            return new Verdict(PortAnswer.REFUSED, "closed without an answer");
        }
        return new Verdict(
                e instanceof SSLException ? PortAnswer.ERROR : PortAnswer.REFUSED, words(e));
    }

    /** A pool that waited in vain wraps the server's refusal; its own words would make a wrong password look like a hang. */
    private static Optional<Verdict> ofServer(SQLException e) {
        Throwable cause = e;
        for (int i = 0; cause != null && i < MOST_CAUSES; i++) {
            if (cause instanceof PSQLException p && p.getServerErrorMessage() != null) {
                return Optional.of(ofServer(
                        Optional.ofNullable(p.getSQLState()).orElse(""),
                        Optional.ofNullable(p.getServerErrorMessage().getMessage())
                                .orElse("")));
            }
            cause = cause.getCause();
        }
        return Optional.empty();
    }

    private static Optional<IOException> ioCause(Throwable e) {
        Optional<IOException> found = Optional.empty();
        Throwable cause = e;
        for (int i = 0; cause != null && i < MOST_CAUSES; i++) {
            // The innermost one knows most: TLS wraps the end of the stream.
            if (cause instanceof IOException io) {
                found = Optional.of(io);
            }
            cause = cause.getCause();
        }
        return found;
    }

    private static String words(Exception e) {
        return Optional.ofNullable(e.getMessage()).orElse(e.getClass().getSimpleName());
    }
}
