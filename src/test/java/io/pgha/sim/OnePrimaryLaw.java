package io.pgha.sim;

import io.pgha.model.Guard;
import io.pgha.model.PeerMessage;

/** P1, never two open primaries: with a lease not for an instant, without one no longer than until they meet. */
final class OnePrimaryLaw {

    private final Universe universe;
    private final Person person;
    private long bothSince = -1;

    OnePrimaryLaw(Universe universe, Person person) {
        this.universe = universe;
        this.person = person;
    }

    /** After every event: where no lease guards, two of them only by silence or by hand, and not longer than until they meet. */
    void look() {
        boolean both = universe.a().isOpenPrimary() && universe.b().isOpenPrimary();
        if (!both) {
            bothSince = -1;
            return;
        }
        if (bothSince < 0) {
            bothSince = universe.now();
            leaseBroken();
            gatewayBroken();
            fenceBroken();
            universe.trace().say("", "two open primaries");
            if (universe.policy().guard() == Guard.MANUAL && !person.hasHandled()) {
                throw new LawBroken("P1", "two open primaries under guard manual, by no hand");
            }
        }
        if (universe.hosts().stream().anyMatch(Person::keepsStill)) {
            bothSince = universe.now();
        }
        long met = Math.max(bothSince, universe.faults().troubleUntil());
        if (universe.now() - met > reconcileBound(universe)) {
            throw new LawBroken(
                    "P1",
                    "two open primaries for " + (universe.now() - met) / Agenda.MS
                            + " ms after the nodes could meet");
        }
    }

    /**
     * With a lease never, but for what the protocol's section 10 names: emptied rules, a machine that was frozen whole,
     * and a person who vouched wrongly.
     */
    private void leaseBroken() {
        long frozen = Math.max(universe.a().frozenUntil(), universe.b().frozenUntil());
        boolean exempt = person.hasForced()
                || universe.a().gate().isDamaged()
                || universe.b().gate().isDamaged()
                || (frozen > 0
                        && universe.now()
                                < frozen + 2 * universe.policy().lease().toNanos());
        if (universe.policy().guard().isLease() && !exempt) {
            throw new LawBroken("P1", "two open primaries under a lease");
        }
    }

    /** With a gateway a well primary that saw neither peer nor gateway for that long has closed before anybody opens. */
    private void gatewayBroken() {
        if (universe.policy().guard() != Guard.GATEWAY || person.hasHandled()) {
            return;
        }
        SimHost older = universe.a()
                                .disk()
                                .durable()
                                .epoch()
                                .compareTo(universe.b().disk().durable().epoch())
                        < 0
                ? universe.a()
                : universe.b();
        boolean well = older.daemon().filter(d -> !d.isPaused()).isPresent()
                && universe.now() > universe.faults().localTroubleUntil(older);
        if (!well || isPausedUnheard(older)) {
            return;
        }
        SimDaemon daemon = older.daemon().orElseThrow();
        long seen = Math.max(daemon.link().contactTrue(), daemon.sensors().gatewaySeen());
        long last = Math.max(seen, daemon.awakeSince());
        long bound = older.clock().trueSpan(universe.policy().latestFence().toNanos());
        if (universe.now() - last > bound) {
            throw new LawBroken(
                    "P1",
                    older + " is open though it has seen nobody for "
                            + (universe.now() - last) / Agenda.MS + " ms, and " + older.peer()
                            + " opened");
        }
    }

    /** A pause that the cut-off peer never heard of holds on one side only. */
    private static boolean isPausedUnheard(SimHost host) {
        return Person.keepsStill(host)
                && host.peer()
                        .daemon()
                        .flatMap(d -> d.link().view().last())
                        .flatMap(PeerMessage::paused)
                        .isEmpty();
    }

    /** With fencing nobody takes over beside a primary: two of them only by hand, or where rules were emptied. */
    private void fenceBroken() {
        boolean exempt = person.hasHandled()
                || universe.a().gate().isDamaged()
                || universe.b().gate().isDamaged();
        if (universe.policy().fence().decides() && !exempt) {
            throw new LawBroken("P1", "two open primaries with fencing");
        }
    }

    /** Two nodes that can hear each other know of each other after this long, and have closed. */
    static long reconcileBound(Universe universe) {
        return universe.policy().heartbeat().toNanos() * 4
                + universe.policy().interval().toNanos()
                + 2 * Agenda.SECOND;
    }
}
