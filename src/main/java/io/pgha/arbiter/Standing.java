package io.pgha.arbiter;

import io.pgha.model.MonoTime;
import io.pgha.model.Register;

import java.time.Duration;
import java.util.Optional;

/**
 * What an arbiter knows of its grants while it runs, on its own clock. A restarted one begins as if it had just granted the
 * longest lease there can be, so that it moves no epoch too early; renewals need not wait for that.
 *
 * @param grantsUntil every grant so far is surely over then
 * @param claimSince since when the register has been claimed and not opened
 */
public record Standing(MonoTime grantsUntil, Optional<MonoTime> claimSince) {

    /** After a start, or after somebody else may have granted. */
    public static Standing fresh(Ballot ballot, Terms terms, MonoTime now) {
        boolean claimed = ballot.register().filter(r -> !r.leased()).isPresent();
        return new Standing(
                now.plus(terms.waitAfter(ballot.longest())),
                claimed ? Optional.of(now) : Optional.empty());
    }

    /** How long a grant may still be in force; zero when none is. */
    public Duration rest(MonoTime now) {
        Duration rest = grantsUntil.since(now);
        return rest.isNegative() ? Duration.ZERO : rest;
    }

    Standing granted(Duration lease, Terms terms, MonoTime now) {
        MonoTime until = now.plus(terms.waitAfter(lease));
        return new Standing(until.isAfter(grantsUntil) ? until : grantsUntil, Optional.empty());
    }

    /** With the claim's age for the register it now belongs to. Grants are never forgotten early. */
    Standing about(Optional<Register> register, MonoTime since) {
        boolean claimed = register.filter(r -> !r.leased()).isPresent();
        return new Standing(grantsUntil, claimed ? Optional.of(since) : Optional.empty());
    }
}
