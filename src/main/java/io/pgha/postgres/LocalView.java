package io.pgha.postgres;

import io.pgha.model.Lsn;
import io.pgha.model.PostgresView;
import io.pgha.model.Receiver;
import io.pgha.model.SlotView;
import io.pgha.model.StandbyView;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The questions behind {@link PostgresView}, for PostgreSQL 13 to 18, sent as one message. */
final class LocalView {

    /**
     * The timeline of a primary is in the name of its current segment: pg_control lags behind until the next checkpoint. A
     * standby's is its receiver's, or that of its last restart point.
     */
    private static final String ITSELF =
            "select pg_is_in_recovery() as recovering, current_setting('server_version_num')::int as version,"
                    + " (select system_identifier::text from pg_control_system()) as system_id,"
                    + " case when pg_is_in_recovery() then coalesce((select received_tli from pg_stat_wal_receiver),"
                    + " (select greatest(min_recovery_end_timeline, (select timeline_id from pg_control_checkpoint()))"
                    + " from pg_control_recovery()))::text else pg_walfile_name(pg_current_wal_lsn()) end as timeline,"
                    + " case when pg_is_in_recovery() then greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn())"
                    + " else pg_current_wal_flush_lsn() end::text as position,"
                    + " case when pg_is_in_recovery() then pg_last_wal_replay_lsn() else pg_current_wal_flush_lsn() end::text as replayed,"
                    + " case when pg_is_in_recovery() then pg_is_wal_replay_paused() else false end as paused,"
                    + " (select count(*) from pg_stat_activity where backend_type = 'client backend'"
                    + " and application_name not like 'pgha%') as clients,"
                    + " (extract(epoch from current_setting('wal_retrieve_retry_interval')::interval) * 1000)::int as retry,"
                    + " current_setting('synchronous_standby_names') as synchronous, pg_postmaster_start_time()::text as started,"
                    + " current_setting('wal_log_hints') = 'on' or current_setting('data_checksums') = 'on' as rewindable,"
                    + " pg_has_role(current_user, 'pg_read_all_stats', 'usage') as sees,"
                    + " pg_has_role(current_user, 'pg_signal_backend', 'usage') as signals, current_user::text as role";

    private static final String RECEIVER =
            "select status, coalesce(flushed_lsn, receive_start_lsn)::text, extract(epoch from"
                    + " clock_timestamp() - coalesce(last_msg_receipt_time, 'epoch')) * 1000, sender_host, sender_port"
                    + " from pg_stat_wal_receiver where status is not null";

    private static final String STANDBYS =
            "select application_name, coalesce(host(client_addr), ''), state, sync_state,"
                    + " coalesce(flush_lsn, '0/0')::text from pg_stat_replication where application_name is not null and state is not null"
                    + " limit 20";

    private static final String SLOTS =
            "select slot_name, active, coalesce(pg_wal_lsn_diff(case when pg_is_in_recovery() then"
                    + " pg_last_wal_replay_lsn() else pg_current_wal_lsn() end, restart_lsn), 0)::bigint, coalesce(wal_status, '')"
                    + " from pg_replication_slots where slot_type = 'physical' limit 20";

    private LocalView() {}

    static PostgresView read(Statement statement, SeenTimeline seen) throws SQLException {
        statement.execute(ITSELF + ";" + RECEIVER + ";" + STANDBYS + ";" + SLOTS);
        ResultSet itself = statement.getResultSet();
        itself.next();
        boolean recovering = itself.getBoolean("recovering");
        int version = itself.getInt("version");
        String systemId = text(itself, "system_id");
        int timeline = timeline(recovering, text(itself, "timeline"));
        Lsn position = Lsn.parse(text(itself, "position"));
        Lsn replayed = Lsn.parse(text(itself, "replayed"));
        boolean paused = itself.getBoolean("paused");
        int clients = itself.getInt("clients");
        List<String> warnings =
                warnings(recovering, itself.getInt("retry"), itself.getBoolean("rewindable"));
        warnings.addAll(rights(
                text(itself, "role"), itself.getBoolean("sees"), itself.getBoolean("signals")));
        String synchronous = text(itself, "synchronous");
        String started = text(itself, "started");
        statement.getMoreResults();
        Optional<Receiver> receiver = receiver(statement.getResultSet());
        statement.getMoreResults();
        List<StandbyView> standbys = standbys(statement.getResultSet());
        statement.getMoreResults();
        List<SlotView> slots = slots(statement.getResultSet());
        PostgresView view = new PostgresView(
                recovering,
                version,
                systemId,
                timeline,
                position,
                replayed,
                paused,
                receiver,
                standbys,
                slots,
                clients,
                warnings,
                synchronous);
        return seen.in(view, started);
    }

    private static String text(ResultSet row, String column) throws SQLException {
        String value = row.getString(column);
        if (value == null) {
            throw new SQLException("PostgreSQL gave no " + column);
        }
        return value;
    }

    private static String text(ResultSet row, int column) throws SQLException {
        String value = row.getString(column);
        return value == null ? "" : value;
    }

    private static int timeline(boolean recovering, String text) {
        return recovering
                ? Integer.parseInt(text)
                : Integer.parseUnsignedInt(text.substring(0, 8), 16);
    }

    private static List<String> warnings(boolean recovering, int retryMillis, boolean rewindable) {
        List<String> warnings = new ArrayList<>();
        if (recovering && retryMillis > 1000) {
            warnings.add("wal_retrieve_retry_interval is " + retryMillis
                    + " ms: a promotion can sleep as long; set it to 200ms");
        }
        if (!rewindable) {
            warnings.add(
                    "neither wal_log_hints nor data checksums are on: an old primary can only be copied anew");
        }
        return warnings;
    }

    /** Without them PostgreSQL does not refuse: it shows empty columns, which look like an absent stream. */
    private static List<String> rights(String role, boolean sees, boolean signals) {
        List<String> lacks = new ArrayList<>();
        if (!sees) {
            lacks.add("role " + role
                    + " may not see replication, so streams and sessions look absent;"
                    + " as superuser on the primary: grant pg_monitor to " + role);
        }
        if (!signals) {
            lacks.add("role " + role + " may not end client sessions; as superuser on the primary:"
                    + " grant pg_signal_backend to " + role);
        }
        return lacks;
    }

    private static Optional<Receiver> receiver(ResultSet row) throws SQLException {
        if (!row.next() || text(row, 2).isEmpty()) {
            return Optional.empty();
        }
        Duration age = Duration.ofMillis(Math.max(0, row.getLong(3)));
        return Optional.of(new Receiver(
                text(row, 1), Lsn.parse(text(row, 2)), age, text(row, 4) + ":" + text(row, 5)));
    }

    private static List<StandbyView> standbys(ResultSet row) throws SQLException {
        List<StandbyView> standbys = new ArrayList<>();
        while (row.next()) {
            standbys.add(new StandbyView(
                    text(row, 1),
                    text(row, 2),
                    text(row, 3),
                    text(row, 4),
                    Lsn.parse(text(row, 5))));
        }
        return standbys;
    }

    private static List<SlotView> slots(ResultSet row) throws SQLException {
        List<SlotView> slots = new ArrayList<>();
        while (row.next()) {
            slots.add(new SlotView(text(row, 1), row.getBoolean(2), row.getLong(3), text(row, 4)));
        }
        return slots;
    }
}
