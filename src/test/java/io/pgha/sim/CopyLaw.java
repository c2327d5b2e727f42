package io.pgha.sim;

import io.pgha.decision.Fact;
import io.pgha.model.GateState;

/** P3 and P4: nothing acknowledged is lost beyond what was promised, and no last good copy is destroyed. */
final class CopyLaw {

    private final Universe universe;
    private final Person person;

    CopyLaw(Universe universe, Person person) {
        this.universe = universe;
        this.person = person;
    }

    /** Whoever opens has everything that was acknowledged after both had it. */
    void opening(SimHost host) {
        openingSynchronous(host);
        WalRecord newest = universe.clients().newestSynchronous();
        if (host.gate().look() == GateState.CLOSED
                && !person.hasHandled()
                && universe.isSynchronous()
                && !host.postgres().data().end.holds(newest)) {
            throw new LawBroken(
                    "P3", host + " opens without the synchronous commit at " + newest.position());
        }
    }

    /**
     * With a lease guard there is one history: who opens in it has all that pgha let be acknowledged. Not looked at is what a machine
     * that was frozen whole does in the instant in which it thaws: a lease that was granted it before opens its gate for the rest of
     * its time (protocol, section 10); in strict mode nothing is acknowledged there.
     */
    private void openingSynchronous(SimHost host) {
        if (universe.policy().sync().isOn()
                && universe.policy().guard().isLease()
                && host.gate().look() == GateState.CLOSED
                && !person.hasHandled()
                && universe.now() != host.frozenUntil()
                && !host.postgres().data().end.holds(universe.clients().newestAcknowledged())) {
            throw new LawBroken(
                    "P3",
                    host + " opens without the acknowledged commit at "
                            + universe.clients().newestAcknowledged().position());
        }
    }

    /** The lag limit, by what the taker over knew of the primary. */
    void takeover(SimHost host, String why) {
        long known = host.daemon().orElseThrow().link().knownPosition();
        long lag = known - host.postgres().data().end.end();
        if (lag > universe.policy().maximumLagOnFailover()) {
            throw new LawBroken("P3", host + " takes over " + lag + " bytes behind: " + why);
        }
    }

    /** A release is issued to a node that has all the WAL. */
    void recorded(SimHost host, Fact fact) {
        if (fact instanceof Fact.TokenIssued
                && !person.hasHandled()
                && !host.peer().postgres().data().end.holds(host.postgres().data().end)) {
            throw new LawBroken(
                    "P3", host + " issues a release that " + host.peer() + " lacks the WAL for");
        }
        if (fact instanceof Fact.CedeOffered offered
                && offered.cede().planned()
                && !person.hasHandled()
                && !host.peer().postgres().data().end.holds(host.postgres().data().end)) {
            throw new LawBroken(
                    "P3", host + " hands over to " + host.peer() + ", which lacks the final WAL");
        }
    }

    /** P4: the copy that lay aside is being removed. */
    void dropping(SimHost host) {
        DataCopy data = host.postgres().data();
        boolean needed = host.postgres().aside().isPresent();
        if (needed && !(data.complete && data.proven)) {
            throw new LawBroken("P4", host + " drops the old copy before the new one is proven");
        }
    }

    /** P4: the data directory is about to be overwritten in place. */
    void wiping(SimHost host) {
        if (!host.peer().postgres().isWritable()) {
            throw new LawBroken("P4", host + " wipes its copy while the peer does not serve");
        }
    }
}
