package io.pgha.daemon;

import io.pgha.decision.Memory;
import io.pgha.model.PortProbe;
import io.pgha.model.Postmaster;
import io.pgha.network.SocketKiller;
import io.pgha.plan.Step;
import io.pgha.postgres.LocalPostgres;
import io.pgha.postgres.PostgresControl;

import java.io.IOException;
import java.sql.SQLException;
import java.util.Optional;

/** The sessions that clients have with the local PostgreSQL behind a closed gate: their sockets, and what PostgreSQL counts. */
final class ClientSessions {

    /** Rounds before it fails; each round ends all it finds. */
    private static final int ROUNDS = 5;

    private final SocketKiller sockets;
    private final LocalPostgres postgres;
    private final PostgresControl control;

    ClientSessions(SocketKiller sockets, LocalPostgres postgres, PostgresControl control) {
        this.sockets = sockets;
        this.postgres = postgres;
        this.control = control;
    }

    /**
     * Ends them all; blocks. A PostgreSQL that cannot be asked has sessions of which nobody knows: that is a failure, but where the
     * next step stops PostgreSQL, which ends every process of it, and where it was seen to hang or to be down, since then it
     * would not hear.
     *
     * @param running the workflow, at this step
     * @param ownPort what the local port said last
     * @throws SQLException when some are left, or nobody knows
     * @throws IOException when the kernel does not show its sockets
     */
    void end(Optional<Memory.Running> running, Optional<PortProbe> ownPort)
            throws SQLException, IOException {
        boolean deaf = ownPort.filter(p -> p.answer().isFailure()).isPresent();
        boolean stopsNext = running.filter(ClientSessions::stopsNext).isPresent();
        int left = 1;
        for (int round = 0; round < ROUNDS && left > 0; round++) {
            left = sockets.killAll();
            if (!deaf && control.postmaster().state() == Postmaster.RUNNING) {
                left = left + endBySql(stopsNext);
            }
        }
        if (left > 0) {
            throw new SQLException(
                    left + " client sessions are still there after " + ROUNDS + " rounds");
        }
    }

    private int endBySql(boolean stopsNext) throws SQLException {
        try {
            return postgres.endClientSessions();
        } catch (SQLException e) {
            if (stopsNext) {
                return 0;
            }
            throw new SQLException(
                    "PostgreSQL could not be asked to end the clients' sessions, nor how many are left ("
                            + e.getMessage()
                            + "): look at pg_stat_activity, and at pgha check for its credentials",
                    e);
        }
    }

    private static boolean stopsNext(Memory.Running running) {
        int next = running.cursor() + 1;
        return next < running.steps().size()
                && running.steps().get(next) instanceof Step.StopPostgres;
    }
}
