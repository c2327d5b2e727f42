package io.pgha.http;

import io.pgha.engine.Status;
import io.pgha.model.GateState;
import io.pgha.model.MonoTime;
import io.pgha.model.NodeState;
import io.pgha.model.PostgresView;
import io.pgha.model.Probed;
import io.pgha.model.Receiver;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The three yes-or-no questions that machines ask: primary, standby, health. Only what was seen counts as yes; whatever is
 * unknown, or older than {@code staleAfter}, is no, with the reason.
 *
 * @param staleAfter a status older than this says nothing about now: the engine hangs
 */
public record RoleCheck(Duration staleAfter) {

    /**
     * An answer.
     *
     * @param yes the answer
     * @param why one clause that gives the reason
     */
    public record Verdict(boolean yes, String why) {}

    private static Verdict no(String why) {
        return new Verdict(false, why);
    }

    /** Yes while clients may write here: state PRIMARY, gate read back as open and its lease not over, PostgreSQL read-write. */
    public Verdict primary(Status s, MonoTime now) {
        if (isStale(s, now)) {
            return stale(s, now);
        }
        if (s.state() != NodeState.PRIMARY) {
            return no("the state is " + s.state());
        }
        Optional<GateState> gate = s.gate().answer();
        if (gate.isEmpty()) {
            return no("the gate could not be read: " + s.gate().why());
        }
        if (gate.get() != GateState.OPEN) {
            return no("the gate is " + Names.lower(gate.get()));
        }
        if (s.leaseRest().filter(rest -> now.isPast(s.at(), rest)).isPresent()) {
            return no("the lease is over since the engine turned last, "
                    + Amounts.span(now.since(s.at())) + " ago: the kernel has closed the gate");
        }
        Optional<PostgresView> local = s.local().answer();
        if (local.isEmpty()) {
            return no("PostgreSQL does not answer: " + s.local().why());
        }
        return local.get().inRecovery()
                ? no("PostgreSQL is read-only")
                : new Verdict(true, "gate open, PostgreSQL read-write");
    }

    /** Yes while this node follows and streams, and, when a limit is given, its lag is known and not above it. */
    public Verdict standby(Status s, MonoTime now, OptionalLong maxLagBytes) {
        if (isStale(s, now)) {
            return stale(s, now);
        }
        if (s.state() != NodeState.STANDBY) {
            return no("the state is " + s.state());
        }
        Optional<PostgresView> local = s.local().answer();
        if (local.isEmpty()) {
            return no("PostgreSQL does not answer: " + s.local().why());
        }
        if (!local.get().inRecovery()) {
            return no("PostgreSQL is not in recovery");
        }
        if (!local.get().receiver().map(Receiver::isStreaming).orElse(false)) {
            return no("the WAL receiver does not stream");
        }
        if (maxLagBytes.isPresent()) {
            if (s.lagBytes().isEmpty()) {
                return no("the lag is not known");
            }
            if (s.lagBytes().get() > maxLagBytes.getAsLong()) {
                return no("the lag is " + s.lagBytes().get() + " bytes, above "
                        + maxLagBytes.getAsLong());
            }
        }
        return new Verdict(true, "following and streaming");
    }

    /** Yes while the engine turns and the local PostgreSQL answers. */
    public Verdict health(Status s, MonoTime now) {
        if (isStale(s, now)) {
            return stale(s, now);
        }
        return s.local() instanceof Probed.Answered<PostgresView>
                ? new Verdict(true, "daemon alive, PostgreSQL answers")
                : no("PostgreSQL does not answer: " + s.local().why());
    }

    private boolean isStale(Status s, MonoTime now) {
        return now.since(s.at()).compareTo(staleAfter) > 0;
    }

    private static Verdict stale(Status s, MonoTime now) {
        return no("the engine has not turned for " + Amounts.span(now.since(s.at()))
                + ", so nothing is known about now");
    }
}
