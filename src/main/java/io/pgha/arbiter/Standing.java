package io.pgha.arbiter;

import io.pgha.model.MonoTime;
import io.pgha.model.Register;
import io.pgha.model.Renewal;

import java.time.Duration;
import java.util.Optional;

/**
 * What an arbiter knows of its grants while it runs, on its own clock. A restarted one begins as if it had just granted the
 * longest lease there can be, so that it moves no epoch too early; renewals need not wait for that.
 *
 * @param grantsUntil every grant so far is surely over then
 * @param claimSince since when the register has been claimed and not opened
 * @param renewal what the last owner that had opened told with its last word; never more than that
 */
public record Standing(
        MonoTime grantsUntil, Optional<MonoTime> claimSince, Optional<Renewal> renewal) {

    /** After a start, or after somebody else may have granted. */
    public static Standing fresh(Ballot ballot, Terms terms, MonoTime now) {
        boolean claimed = ballot.register().filter(r -> !r.leased()).isPresent();
        return new Standing(
                now.plus(terms.waitAfter(ballot.longest())),
                claimed ? Optional.of(now) : Optional.empty(),
                Optional.empty());
    }

    /** How long a grant may still be in force; zero when none is. */
    public Duration rest(MonoTime now) {
        Duration rest = grantsUntil.since(now);
        return rest.isNegative() ? Duration.ZERO : rest;
    }

    Standing granted(Duration lease, Terms terms, MonoTime now) {
        MonoTime until = now.plus(terms.waitAfter(lease));
        return new Standing(
                until.isAfter(grantsUntil) ? until : grantsUntil, Optional.empty(), renewal);
    }

    /** With the claim's age for the register it now belongs to. Grants are never forgotten early. */
    Standing about(Optional<Register> register, MonoTime since) {
        boolean claimed = register.filter(r -> !r.leased()).isPresent();
        return new Standing(grantsUntil, claimed ? Optional.of(since) : Optional.empty(), renewal);
    }

    /** With what the owner tells now. */
    Standing told(Renewal now) {
        return new Standing(grantsUntil, claimSince, Optional.of(now));
    }

    /** With what a value holds that is renewed whole each time. */
    Standing knowing(Optional<Renewal> stored) {
        return new Standing(grantsUntil, claimSince, stored);
    }
}
