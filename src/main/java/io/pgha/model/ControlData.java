package io.pgha.model;

import java.util.Optional;

/**
 * What pg_controldata says of a data directory.
 *
 * @param systemId "Database system identifier"
 * @param clusterState "Database cluster state", in PostgreSQL's words
 * @param timeline "Latest checkpoint's TimeLineID", or of the minimum recovery point when that is higher
 * @param checkpoint "Latest checkpoint location"
 * @param end the highest position that is proven: by this file the checkpoint or the minimum recovery ending location, and
 *     by a walk over the WAL the end of its last whole record
 * @param unread why it is not known whether there is WAL after {@code end}; empty: there is none, or it was not looked for
 */
public record ControlData(
        String systemId,
        String clusterState,
        int timeline,
        Lsn checkpoint,
        Lsn end,
        Optional<String> unread) {

    /** Of pg_control alone. */
    public ControlData(
            String systemId, String clusterState, int timeline, Lsn checkpoint, Lsn end) {
        this(systemId, clusterState, timeline, checkpoint, end, Optional.empty());
    }

    /** True after a clean stop of a primary or of a standby. */
    public boolean isCleanStop() {
        return clusterState.equals("shut down") || clusterState.equals("shut down in recovery");
    }

    /** The same with an end that was found in the WAL itself. */
    public ControlData endingAt(Lsn found) {
        return new ControlData(systemId, clusterState, timeline, checkpoint, found);
    }

    /** The same with an end behind which WAL could not be read. */
    public ControlData unreadAfter(Lsn seen, String why) {
        return new ControlData(
                systemId, clusterState, timeline, checkpoint, seen, Optional.of(why));
    }
}
