package io.pgha.postgres;

import io.pgha.model.PostgresView;

/**
 * The timeline of a standby, as far as it was seen. Only the receiver says which one it receives; without it, until the next
 * restart point, pg_control names the one before, though all that was received stays. A standby that has just lost its primary
 * would seem to lag a whole timeline behind it.
 */
final class SeenTimeline {

    private String life = "";
    private int newest;

    /** The view with the newest timeline that was seen in this life of the server. */
    synchronized PostgresView in(PostgresView view, String postmasterStart) {
        boolean same = view.inRecovery() && postmasterStart.equals(life);
        life = postmasterStart;
        newest = same ? Math.max(newest, view.timeline()) : view.timeline();
        return view.onTimeline(newest);
    }
}
