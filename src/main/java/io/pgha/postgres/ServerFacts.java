package io.pgha.postgres;

import io.pgha.config.Settings.PostgresSettings;

import org.postgresql.ds.PGSimpleDataSource;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a server says of itself, for somebody who has to find a fault from afar. Looks only; no row of a user is read. */
public final class ServerFacts {

    private static final String MOST_ROWS = " limit 500";

    private static final Map<String, String> QUESTIONS = questions();

    private ServerFacts() {}

    private static Map<String, String> questions() {
        Map<String, String> all = new LinkedHashMap<>();
        all.put(
                "version",
                "select version(), pg_is_in_recovery(), now(), pg_postmaster_start_time()");
        all.put(
                "settings",
                "select name, setting, unit, source, pending_restart from pg_settings where source <> 'default'"
                        + " or category ~ 'Replication|Write-Ahead|Connections' order by name");
        all.put("replication", "select * from pg_stat_replication");
        all.put(
                "wal receiver",
                "select pid, status, receive_start_lsn, written_lsn, flushed_lsn, received_tli, latest_end_lsn,"
                        + " latest_end_time, slot_name, sender_host, sender_port from pg_stat_wal_receiver");
        all.put("slots", "select * from pg_replication_slots");
        all.put("archiver", "select * from pg_stat_archiver");
        all.put("control, system", "select * from pg_control_system()");
        all.put("control, checkpoint", "select * from pg_control_checkpoint()");
        all.put("control, recovery", "select * from pg_control_recovery()");
        all.put("control, init", "select * from pg_control_init()");
        all.put(
                "sessions",
                "select state, wait_event_type, backend_type, count(*) from pg_stat_activity"
                        + " group by 1, 2, 3 order by 4 desc");
        all.put("pg_hba.conf", "select * from pg_hba_file_rules");
        return all;
    }

    /**
     * Asks over a fresh connection of pgha's role; each answer as text, by its name.
     *
     * @param own how this node's role and password are had, which are the same on both nodes
     * @param host of either node's server
     * @param limit of connecting and of each question
     * @throws SQLException when nothing can be asked. A question that fails is an answer that says so
     */
    public static Map<String, String> ask(
            PostgresSettings own, String host, int port, Duration limit) throws SQLException {
        Login login = new Login(own);
        PGSimpleDataSource source = login.source(host, port, "pgha-support", limit);
        login.password(host, port).ifPresent(source::setPassword);
        Map<String, String> answers = new LinkedHashMap<>();
        try (Connection connection = source.getConnection()) {
            for (Map.Entry<String, String> question : QUESTIONS.entrySet()) {
                answers.put(question.getKey(), answer(connection, question.getValue()));
            }
        }
        return answers;
    }

    private static String answer(Connection connection, String sql) {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql + MOST_ROWS)) {
            ResultSetMetaData head = rows.getMetaData();
            StringBuilder text = new StringBuilder();
            while (rows.next()) {
                for (int i = 1; i <= head.getColumnCount(); i++) {
                    text.append(i == 1 ? "" : " | ")
                            .append(head.getColumnLabel(i))
                            .append('=')
                            .append(rows.getString(i));
                }
                text.append('\n');
            }
            return text.length() == 0 ? "no row\n" : text.toString();
        } catch (SQLException e) {
            return "not known: " + sql + " was refused: " + e.getMessage() + "\n";
        }
    }
}
