package io.pgha.postgres;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;

import io.pgha.config.Settings.PostgresSettings;
import io.pgha.model.Lsn;
import io.pgha.model.MonoTime;
import io.pgha.model.PortAnswer;
import io.pgha.model.PortProbe;
import io.pgha.model.PostgresView;
import io.pgha.model.Probed;
import io.pgha.os.Deadline;

import org.postgresql.ds.PGSimpleDataSource;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * The local PostgreSQL over two held connections on loopback. Questions that must not be deceived by a held connection are
 * {@link PortProber}'s. Safe for threads; every call ends within a few times the limit, also when PostgreSQL hangs.
 */
public final class LocalPostgres implements AutoCloseable {

    static final String HOST = "127.0.0.1";

    /** Nobody but a superuser may end a superuser's session. */
    private static final String MAY_END =
            "(usesysid in (select oid from pg_roles where not rolsuper)"
                    + " or (select rolsuper from pg_roles where rolname = current_user))";

    private static final String WAITING =
            " from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()"
                    + " and wait_event_type = 'IPC' and wait_event = 'SyncRep'";

    private static final int CONNECTIONS = 2;
    private static final long POOL_MINIMUM_MILLIS = 250;
    private static final long FEWER_NANOS = Duration.ofMillis(50).toNanos();

    private final PostgresSettings settings;
    private final Duration limit;
    private final Supplier<MonoTime> clock;
    private final Login login;
    private final PortProber prober;
    private final SeenTimeline timeline = new SeenTimeline();
    private final HikariDataSource pool;
    private volatile Optional<MonoTime> answeredAt = Optional.empty();

    /** @param limit of one question */
    public LocalPostgres(PostgresSettings settings, Duration limit, Supplier<MonoTime> clock)
            throws SQLException {
        this.settings = settings;
        this.limit = limit;
        this.clock = clock;
        this.login = new Login(settings);
        this.prober = new PortProber(settings, limit, clock);
        HikariConfig config = new HikariConfig();
        config.setPoolName("pgha-local");
        config.setDataSource(new FreshPassword(source(limit), this::password));
        config.setMaximumPoolSize(CONNECTIONS);
        config.setMinimumIdle(0);
        config.setConnectionTimeout(Math.max(POOL_MINIMUM_MILLIS, limit.toMillis()));
        config.setValidationTimeout(Math.max(POOL_MINIMUM_MILLIS, limit.toMillis() / 2));
        config.setInitializationFailTimeout(-1);
        this.pool = new HikariDataSource(config);
    }

    private PGSimpleDataSource source(Duration statementLimit) throws SQLException {
        return login.source(HOST, settings.port(), Login.APPLICATION, statementLimit);
    }

    private Optional<String> password() throws SQLException {
        return login.password(HOST, settings.port());
    }

    /** Everything it says of itself, in one round trip. */
    public Probed<PostgresView> look(MonoTime now) {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            plain(statement);
            PostgresView view = LocalView.read(statement, timeline);
            MonoTime at = clock.get();
            answeredAt = Optional.of(at);
            return new Probed.Answered<>(view, at);
        } catch (SQLException e) {
            Verdict verdict = Verdict.of(e, Deadline.in(Duration.ofSeconds(1)));
            PortProbe probe = new PortProbe(verdict.answer(), verdict.detail(), Duration.ZERO, now);
            String words = probe.words() + login.remedy(probe.answer(), "for 127.0.0.1");
            return probe.answer() == PortAnswer.TIMEOUT
                    ? new Probed.Silent<>(words, now)
                    : new Probed.Refused<>(words, now);
        }
    }

    /**
     * A fresh connection as far as the server's first answer, then a committed write that waits for no standby and takes no
     * lock: a logical message, which leaves no trace but a few bytes of WAL. A server that is stormed with logins has no answer
     * in time, and no other server would: it is asked whether it let others in meanwhile, which one that hangs does not.
     */
    public PortProbe writeProbe() {
        PortProbe fresh = prober.probe(HOST, settings.port(), Depth.LIGHT);
        boolean busy = isBusy(fresh);
        if (fresh.answer() != PortAnswer.ALIVE && !busy) {
            return fresh;
        }
        PortProbe written = write();
        return busy && written.answer() == PortAnswer.READY
                ? new PortProbe(PortAnswer.BUSY, "", fresh.took(), written.at())
                : written;
    }

    /**
     * Whether the server let a client in while the probe waited; in the second half, since before that it may have been well. It is
     * asked only when a held session was answered meanwhile: a server that hangs wholly must not cost a second deadline.
     */
    public boolean isBusy(PortProbe fresh) {
        boolean answers = answeredAt
                .filter(at -> fresh.at().since(at).compareTo(fresh.took()) <= 0)
                .isPresent();
        if (fresh.answer() != PortAnswer.TIMEOUT || !answers) {
            return false;
        }
        try {
            return one(
                    "select exists (select from pg_stat_activity where backend_type = 'client backend'"
                            + " and backend_start > clock_timestamp() - interval '"
                            + fresh.took().dividedBy(2).toMillis() + " ms')",
                    row -> row.getBoolean(1));
        } catch (SQLException e) {
            // Not known to be busy: what the probe saw stands.
            return false;
        }
    }

    /** JDBC's escapes ("{fn ...}") occur in no question that is asked each second; the driver would look through all of it. */
    private static void plain(Statement statement) throws SQLException {
        statement.setEscapeProcessing(false);
    }

    private PortProbe write() {
        MonoTime begun = clock.get();
        Deadline deadline = Deadline.in(limit);
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            plain(statement);
            // One message is one transaction, committed when the answer is there
            // (PostgreSQL's manual, "Multiple Statements in a Simple Query").
            statement.execute("set local synchronous_commit = local; set local lock_timeout = '"
                    + Math.max(1, limit.toMillis())
                    + "ms'; select pg_logical_emit_message(true, 'pgha', 'probe')");
            MonoTime now = clock.get();
            return new PortProbe(PortAnswer.READY, "", now.since(begun), now);
        } catch (SQLException e) {
            Verdict verdict = Verdict.of(e, deadline);
            MonoTime now = clock.get();
            boolean late =
                    now.since(begun).compareTo(limit) >= 0 && verdict.answer() == PortAnswer.ERROR;
            return new PortProbe(
                    late ? PortAnswer.TIMEOUT : verdict.answer(),
                    verdict.detail(),
                    now.since(begun),
                    now);
        }
    }

    /** What is made of the one row of an answer. */
    private interface Reader<T> {
        T read(ResultSet row) throws SQLException;
    }

    private <T> T one(String question, Reader<T> reader) throws SQLException {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(question)) {
            row.next();
            return reader.read(row);
        }
    }

    /** The role that is asked with. */
    public String user() {
        return settings.user();
    }

    /**
     * How far recovery is.
     *
     * @param received flushed by the receiver since the start; empty when there was none
     * @param replayed end of the last record that was replayed
     * @param paused a person paused it
     * @param receiving there is a WAL receiver
     * @param version server_version_num
     * @param restoreCommand as in force
     */
    record Recovery(
            Optional<Lsn> received,
            Lsn replayed,
            boolean paused,
            boolean receiving,
            int version,
            String restoreCommand) {}

    /** Asks a standby for it, in one round trip. */
    Recovery recovery() throws SQLException {
        return one(
                "select pg_last_wal_receive_lsn()::text, coalesce(pg_last_wal_replay_lsn(), '0/0')::text,"
                        + " pg_is_wal_replay_paused(), exists (select from pg_stat_wal_receiver),"
                        + " current_setting('server_version_num')::int, current_setting('restore_command')",
                row -> new Recovery(
                        Optional.ofNullable(row.getString(1)).map(Lsn::parse),
                        Lsn.parse(row.getString(2)),
                        row.getBoolean(3),
                        row.getBoolean(4),
                        row.getInt(5),
                        row.getString(6)));
    }

    /**
     * True for a standby that has replayed all the WAL it has, and waits for more from elsewhere ("Wait Events" in the manual);
     * one that replays, or is paused, is none.
     */
    public boolean awaitsWal() throws SQLException {
        return one(
                "select exists (select from pg_stat_activity where backend_type = 'startup'"
                        + " and wait_event in ('RecoveryRetrieveRetryInterval', 'RecoveryWalStream'))",
                row -> row.getBoolean(1));
    }

    /** True when it has left recovery. */
    public boolean isReadWrite() throws SQLException {
        return one("select not pg_is_in_recovery()", row -> row.getBoolean(1));
    }

    /**
     * Whether it has left recovery.
     *
     * @param replayed how far it has come; empty when that is not known, and when it has left
     */
    record Leaving(boolean left, Optional<Lsn> replayed) {}

    /** Asks for it. */
    Leaving leaving() throws SQLException {
        return one(
                "select not pg_is_in_recovery(),"
                        + " case when pg_is_in_recovery() then pg_last_wal_replay_lsn() end::text",
                row -> new Leaving(
                        row.getBoolean(1), Optional.ofNullable(row.getString(2)).map(Lsn::parse)));
    }

    /**
     * Ends the sessions of this standby for which replay waits: those that hold the lock it needs, or, when it waits for a buffer
     * or a snapshot, all that are in a transaction. With max_standby_streaming_delay = -1 it would wait for ever.
     *
     * @return how many
     */
    int endWhoHoldsReplay() throws SQLException {
        return one(
                "select count(pg_terminate_backend(a.pid)) from pg_stat_activity a, pg_stat_activity s"
                        + " where s.backend_type = 'startup' and a.backend_type = 'client backend'"
                        + " and a.pid <> pg_backend_pid() and case when s.wait_event_type = 'Lock'"
                        + " then exists (select from pg_locks w join pg_locks h on h.granted and h.locktype = w.locktype"
                        + " and h.database is not distinct from w.database and h.relation is not distinct from w.relation"
                        + " where w.pid = s.pid and not w.granted and h.pid = a.pid)"
                        + " else (s.wait_event_type = 'BufferPin' or s.wait_event like 'RecoveryConflict%')"
                        + " and a.xact_start is not null end"
                        + " and (a.usesysid in (select oid from pg_roles where not rolsuper)"
                        + " or (select rolsuper from pg_roles where rolname = current_user))",
                row -> row.getInt(1));
    }

    /**
     * Ends the sessions of clients, and waits as long as they become fewer: thousands take seconds to end. pgha's own,
     * replication and those on this host stay uncounted.
     *
     * @return how many clients from elsewhere are still there
     */
    public int endClientSessions() throws SQLException {
        String clients =
                " from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()"
                        + " and application_name not like 'pgha%'";
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("select pg_terminate_backend(pid)" + clients + " and " + MAY_END);
            int before = Integer.MAX_VALUE;
            int left = countFromElsewhere(statement, clients);
            while (left > 0 && left < before && !Thread.currentThread().isInterrupted()) {
                LockSupport.parkNanos(FEWER_NANOS);
                before = left;
                left = countFromElsewhere(statement, clients);
            }
            return left;
        }
    }

    /** Ends the clients' sessions whose COMMIT waits for a standby, but for those of superusers; returns how many. */
    int endWaitingCommits() throws SQLException {
        return one(
                "select count(pg_terminate_backend(pid))" + WAITING + " and " + MAY_END,
                row -> row.getInt(1));
    }

    /** The processes of the others. */
    List<Long> superusersWaitingCommits() throws SQLException {
        List<Long> pids = new ArrayList<>();
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery("select pid" + WAITING + " and not " + MAY_END)) {
            while (row.next()) {
                pids.add(row.getLong(1));
            }
        }
        return pids;
    }

    private static int countFromElsewhere(Statement statement, String clients) throws SQLException {
        try (ResultSet row = statement.executeQuery(
                "select count(*)" + clients
                        + " and client_addr is not null and not client_addr <<= '127.0.0.0/8' and client_addr <> '::1'")) {
            row.next();
            return row.getInt(1);
        }
    }

    /**
     * A checkpoint; its own deadline, since it may take long.
     *
     * @param step when it is told to stop, the connection is given up: the server ends the checkpoint by itself, or hangs
     */
    public void checkpoint(Duration atMost, LongStep step) throws SQLException {
        try (Connection connection =
                        new FreshPassword(source(atMost), this::password).getConnection();
                Statement statement = connection.createStatement()) {
            step.whenCancelled(() -> giveUp(connection));
            statement.execute("checkpoint");
        }
    }

    private static void giveUp(Connection connection) {
        try {
            connection.abort(end -> {
                Thread thread = new Thread(end, "give up");
                thread.setDaemon(true);
                thread.start();
            });
        } catch (SQLException ignored) {
            // It has ended already.
        }
    }

    /**
     * Takes the trap out of the way that a promotion meets when the WAL receiver dies just then: it would sleep
     * wal_retrieve_retry_interval, 5 s by default. Needs the right to ALTER SYSTEM it.
     */
    public void shortenRetryInterval() throws SQLException {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            try (ResultSet row = statement.executeQuery(
                    "select setting::int from pg_settings where name = 'wal_retrieve_retry_interval'")) {
                row.next();
                if (row.getInt(1) <= 1000) {
                    return;
                }
            }
            statement.execute("alter system set wal_retrieve_retry_interval = '200ms'");
            statement.execute("select pg_reload_conf()");
        }
    }

    /**
     * COMMIT waits for these standbys from now on; in force everywhere within moments of the return.
     *
     * @param names as in synchronous_standby_names; empty: for nobody
     * @throws SQLException when this role may not set it, among other reasons
     */
    public void setSynchronousNames(String names) throws SQLException {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("alter system set synchronous_standby_names = '"
                    + names.replace("'", "''") + "'");
            statement.execute("select pg_reload_conf()");
        }
    }

    @Override
    public void close() {
        pool.close();
    }
}
