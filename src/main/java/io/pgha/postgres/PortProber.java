package io.pgha.postgres;

import io.pgha.config.Settings.PostgresSettings;
import io.pgha.model.MonoTime;
import io.pgha.model.PortAnswer;
import io.pgha.model.PortProbe;
import io.pgha.os.AddressBook;
import io.pgha.os.Deadline;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/**
 * Asks a PostgreSQL port whether it works, over a fresh connection each time: a held one hides a hung postmaster. Name
 * resolution, connect, TLS, login and query together end by one deadline. Safe for threads; blocks its caller.
 */
public final class PortProber {

    /** On a primary transaction_read_only is on where somebody has set default_transaction_read_only, which any session may undo. */
    private static final String QUERY =
            "select pg_catalog.pg_is_in_recovery(), pg_catalog.current_setting('transaction_read_only')";

    private final Login login;
    private final Duration limit;
    private final Supplier<MonoTime> clock;
    private final AddressBook names = new AddressBook();

    /**
     * @param settings role, database, password file and sslmode of a full probe
     * @param limit deadline of one probe
     * @param clock now, for the time stamp of the answer
     */
    public PortProber(PostgresSettings settings, Duration limit, Supplier<MonoTime> clock) {
        LoginKeys.remember();
        this.login = new Login(settings);
        this.limit = limit;
        this.clock = clock;
    }

    /**
     * One probe. Never throws: everything that can go wrong is an answer.
     *
     * @param host name or address; the address that last worked is tried first, and alone when the name server is down
     */
    public PortProbe probe(String host, int port, Depth depth) {
        Deadline deadline = Deadline.in(limit);
        MonoTime from = clock.get();
        Verdict verdict = look(host, port, depth, deadline);
        MonoTime at = clock.get();
        return new PortProbe(verdict.answer(), verdict.detail(), at.since(from), at);
    }

    private Verdict look(String host, int port, Depth depth, Deadline deadline) {
        List<InetAddress> addresses;
        try {
            addresses = names.resolve(host, deadline);
        } catch (UnknownHostException e) {
            return new Verdict(PortAnswer.UNRESOLVED, String.valueOf(e.getMessage()));
        }
        Verdict best = new Verdict(PortAnswer.UNTRIED, "");
        for (int i = 0; i < addresses.size() && !deadline.hasPassed(); i++) {
            Deadline share = deadline.within(deadline.remaining().dividedBy(addresses.size() - i));
            InetAddress address = addresses.get(i);
            Verdict verdict = depth == Depth.LIGHT
                    ? FirstAnswer.ask(address, port, login.user(), login.database(), share)
                    : query(host, address, port, share);
            if (verdict.answer().isSignOfLife()) {
                names.worked(host, address);
                return verdict;
            }
            if (verdict.answer().isFailure() || !best.answer().isFailure()) {
                best = verdict;
            }
        }
        return best;
    }

    private Verdict query(String host, InetAddress address, int port, Deadline deadline) {
        try (Connection connection = login.open(host, address, port, deadline);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(QUERY)) {
            row.next();
            if (row.getBoolean(1)) {
                return new Verdict(PortAnswer.READ_ONLY, "in recovery");
            }
            return "on".equals(row.getString(2))
                    ? new Verdict(PortAnswer.READY, "default_transaction_read_only is on")
                    : new Verdict(PortAnswer.READY, "");
        } catch (SQLException e) {
            return Verdict.of(e, deadline);
        }
    }
}
