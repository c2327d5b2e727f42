package io.pgha.postgres;

import io.pgha.os.PidFd;
import io.pgha.os.Signal;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Ends the sessions whose COMMIT waits for a standby, wherever their clients are: the gate ends nobody on this host. Ending
 * acknowledges nothing, where cancelling would (protocol section 8); the transaction stays committed here, as it was all the
 * while, and its client learns from a lost connection that it does not know. PostgreSQL lets no role but a superuser end a
 * superuser's session, so that those get the same SIGTERM from this process, which runs as PostgreSQL's owner.
 */
public final class WaitingCommits {

    private final LocalPostgres postgres;
    private final LiveCluster cluster;

    /** @param data the data directory of that PostgreSQL */
    public WaitingCommits(LocalPostgres postgres, Path data) {
        this.postgres = postgres;
        this.cluster = new LiveCluster(data);
    }

    /**
     * Asks all of them to end, once, and does not wait until they have.
     *
     * @return how many were asked
     * @throws SQLException when PostgreSQL does not answer within its deadline, or refuses
     * @throws IOException when a superuser's session could not be told to end; the message names it
     */
    public int end() throws SQLException, IOException {
        int ended = postgres.endWaitingCommits();
        List<PidFd> held = new ArrayList<>();
        try {
            for (long pid : postgres.superusersWaitingCommits()) {
                cluster.holdMember(pid).ifPresent(held::add);
            }
            if (held.isEmpty()) {
                return ended;
            }
            // Who still waits under that number now is whom the descriptor holds, if it has not
            // ended.
            Set<Long> still = new HashSet<>(postgres.superusersWaitingCommits());
            for (PidFd process : held) {
                if (still.contains(process.pid())) {
                    signal(process);
                    ended = ended + 1;
                }
            }
            return ended;
        } finally {
            held.forEach(PidFd::close);
        }
    }

    private static void signal(PidFd process) throws IOException {
        try {
            process.signal(Signal.TERMINATE);
        } catch (IOException e) {
            throw new IOException(
                    "the superuser's session of process " + process.pid()
                            + " waits for the standby and could not be ended (" + e.getMessage()
                            + "); as superuser: select pg_terminate_backend(" + process.pid() + ")",
                    e);
        }
    }
}
