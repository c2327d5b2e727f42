package io.pgha.model;

import java.util.List;
import java.util.Optional;

/**
 * What the local PostgreSQL says of itself over SQL.
 *
 * @param inRecovery pg_is_in_recovery()
 * @param version server_version_num, such as 150018
 * @param systemId from pg_control_system()
 * @param timeline the timeline it writes, or receives and replays
 * @param position primary: the flushed end of WAL; standby: the larger of what was flushed by the receiver and replayed
 * @param replayed standby: last replayed; primary: same as position
 * @param replayPaused a person paused replay (pg_wal_replay_pause)
 * @param receiver the WAL receiver, when one runs
 * @param standbys who streams from here
 * @param slots replication slots: "name active|inactive retained-bytes", shown in status
 * @param clientSessions backends of clients, pgha's own excluded
 * @param warnings settings that will hurt, each a sentence (wal_retrieve_retry_interval and its like)
 * @param synchronousNames synchronous_standby_names in force
 */
public record PostgresView(
        boolean inRecovery,
        int version,
        String systemId,
        int timeline,
        Lsn position,
        Lsn replayed,
        boolean replayPaused,
        Optional<Receiver> receiver,
        List<StandbyView> standbys,
        List<SlotView> slots,
        int clientSessions,
        List<String> warnings,
        String synchronousNames) {

    public PostgresView {
        standbys = List.copyOf(standbys);
        slots = List.copyOf(slots);
        warnings = List.copyOf(warnings);
    }

    /** Of a server whose commits wait for nobody. */
    public PostgresView(
            boolean inRecovery,
            int version,
            String systemId,
            int timeline,
            Lsn position,
            Lsn replayed,
            boolean replayPaused,
            Optional<Receiver> receiver,
            List<StandbyView> standbys,
            List<SlotView> slots,
            int clientSessions,
            List<String> warnings) {
        this(
                inRecovery,
                version,
                systemId,
                timeline,
                position,
                replayed,
                replayPaused,
                receiver,
                standbys,
                slots,
                clientSessions,
                warnings,
                "");
    }

    /** The same server on another timeline. */
    public PostgresView onTimeline(int number) {
        return number == timeline
                ? this
                : new PostgresView(
                        inRecovery,
                        version,
                        systemId,
                        number,
                        position,
                        replayed,
                        replayPaused,
                        receiver,
                        standbys,
                        slots,
                        clientSessions,
                        warnings,
                        synchronousNames);
    }
}
