package io.pgha.model;

/**
 * What pg_controldata says of a data directory.
 *
 * @param systemId "Database system identifier"
 * @param clusterState "Database cluster state", in PostgreSQL's words
 * @param timeline "Latest checkpoint's TimeLineID", or of the minimum recovery point when that is higher
 * @param checkpoint "Latest checkpoint location"
 * @param end the highest position this file proves: the checkpoint or the minimum recovery ending location
 */
public record ControlData(
        String systemId, String clusterState, int timeline, Lsn checkpoint, Lsn end) {

    /** True after a clean stop of a primary or of a standby. */
    public boolean isCleanStop() {
        return clusterState.equals("shut down") || clusterState.equals("shut down in recovery");
    }
}
