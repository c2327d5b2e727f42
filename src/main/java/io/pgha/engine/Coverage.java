package io.pgha.engine;

import io.pgha.model.Guard;
import io.pgha.model.Policy;

import java.util.ArrayList;
import java.util.List;

/** Which single and double faults the guard in force handles by itself, and which wait for a person or do harm. */
public final class Coverage {

    private final Guard guard;
    private final boolean fenced;
    private final boolean failsOverOnStop;
    private final boolean waitsAtBoot;
    private final boolean restartsFirst;
    private final List<Row> rows = new ArrayList<>();

    private Coverage(Policy policy) {
        this.guard = policy.guard();
        this.fenced = policy.fence().decides();
        this.failsOverOnStop = policy.onCleanStop() == Policy.OnCleanStop.FAILOVER;
        this.waitsAtBoot = policy.atBoot() == Policy.AtBoot.MANUAL;
        this.restartsFirst = policy.crash().restartsFirst();
    }

    /** Who ends it. */
    public enum By {
        /** pgha, without anybody. */
        ITSELF("by itself"),
        /** A person: clients wait until then, or redundancy is gone until then. */
        PERSON("by a PERSON"),
        /** Nobody in time: there may be two open primaries. */
        NOBODY("NOT SAFE");

        private final String words;

        By(String words) {
            this.words = words;
        }

        public String words() {
            return words;
        }
    }

    /**
     * A fault and what becomes of it.
     *
     * @param faults how many things broke, 1 or 2
     * @param fault what broke
     * @param by who ends it
     * @param what happens, with the command where a person is needed
     */
    public record Row(int faults, String fault, By by, String what) {}

    /** Single faults first. */
    public static List<Row> of(Policy policy) {
        Coverage coverage = new Coverage(policy);
        coverage.single();
        coverage.twice();
        return List.copyOf(coverage.rows);
    }

    /** Silence waits for a person. */
    private boolean isManual() {
        return guard == Guard.MANUAL && !fenced;
    }

    private String takesOver() {
        if (isManual()) {
            return "guard manual waits: pgha promote on the standby";
        }
        return "the standby opens after MAX_PRIMARY_FAILCOUNT probes"
                + (fenced ? " and after it has switched the primary's machine off" : "");
    }

    private void single() {
        add(
                1,
                "PostgreSQL dies on the primary",
                By.ITSELF,
                restartsFirst
                        ? "its daemon starts it again; if that does not succeed in restart_budget, the standby opens"
                        : "its daemon cedes, the standby opens");
        add(1, "PostgreSQL hangs on the primary", By.ITSELF, "its daemon kills it and cedes");
        add(
                1,
                "a person stops PostgreSQL on the primary",
                failsOverOnStop ? By.ITSELF : By.PERSON,
                failsOverOnStop
                        ? "the standby opens after clean_stop_grace"
                        : "on_clean_stop = hold: start it again, or pgha promote on the standby");
        add(
                1,
                "the primary's machine loses power",
                isManual() ? By.PERSON : By.ITSELF,
                takesOver());
        add(1, "the primary's machine is paused whole, and wakes", paused(), whenItWakes());
        if (fenced) {
            add(
                    1,
                    "the nodes are cut off from each other",
                    By.ITSELF,
                    guard.isLease()
                            ? "the side that the arbiter grants is open; it switches the other off first"
                            : "the standby switches the primary's machine off, then opens");
            add(
                    1,
                    "a fence device does not answer",
                    By.ITSELF,
                    "an event warns; the next level is used when it counts");
        } else {
            cut();
        }
        add(1, "the standby or its daemon fails", By.ITSELF, "clients notice nothing");
        add(
                1,
                "the primary's daemon dies",
                By.ITSELF,
                guard.isLease()
                        ? "its unit starts it within the lease; else the kernel closes and the standby opens"
                        : "clients notice nothing; its unit starts it");
        if (guard.isLease()) {
            add(1, "the arbiter falls silent", By.ITSELF, "nothing changes while the nodes meet");
        }
        if (guard == Guard.GATEWAY) {
            add(1, "every gateway falls silent", By.ITSELF, "nothing changes while the nodes meet");
        }
    }

    private By paused() {
        return fenced ? By.ITSELF : isManual() ? By.PERSON : By.NOBODY;
    }

    private String whenItWakes() {
        if (fenced) {
            return "it was switched off before the standby opened";
        }
        return switch (guard) {
            case MANUAL -> "it goes on where it was; meanwhile only pgha promote opens the standby";
            case FAILCOUNT, GATEWAY -> "two open primaries until they see each other again";
            case WITNESS, ETCD ->
                "after more than its lease it may be open for the rest of it beside the standby";
        };
    }

    private void cut() {
        String fault = "the nodes are cut off from each other";
        switch (guard) {
            case MANUAL -> add(1, fault, By.ITSELF, "the primary goes on, the standby waits");
            case FAILCOUNT ->
                add(1, fault, By.NOBODY, "two open primaries until they see each other again");
            case WITNESS, ETCD ->
                add(1, fault, By.ITSELF, "the side that the arbiter grants is open, alone");
            case GATEWAY -> {
                add(
                        1,
                        "the primary is cut off from peer and gateways",
                        By.ITSELF,
                        "it closes after fence_after, then the standby opens");
                add(
                        1,
                        "the nodes are cut off, and both see a gateway",
                        By.NOBODY,
                        "two open primaries until they see each other again");
            }
        }
    }

    private void twice() {
        add(
                2,
                "no standby, then PostgreSQL dies on the primary",
                By.ITSELF,
                "its daemon starts it again, restart_attempts times");
        add(
                2,
                "no standby, then the primary's machine loses power",
                opensAlone() && !waitsAtBoot ? By.ITSELF : By.PERSON,
                aloneAfterBoot());
        add(
                2,
                "both machines lose power and boot together",
                waitsAtBoot ? By.PERSON : By.ITSELF,
                waitsAtBoot
                        ? "boot = manual: pgha check-start on both"
                        : "the one with the newer copy opens, the other follows");
        add(
                2,
                "both lose power, only the old standby boots",
                By.PERSON,
                "pgha promote --force there, when the other is surely down");
        add(
                2,
                "the standby's daemon is dead, then the primary fails",
                By.PERSON,
                "no failover until pgha is started on the standby");
        add(
                2,
                "the primary's daemon is dead, then its PostgreSQL fails",
                isManual() ? By.PERSON : By.ITSELF,
                takesOver());
        if (!isManual()) {
            add(
                    2,
                    "the primary's daemon is dead, then it is cut off",
                    guard.isLease() || fenced ? By.ITSELF : By.NOBODY,
                    guard.isLease()
                            ? "the kernel closes its gate when the lease ends, then the standby opens"
                            : fenced
                                    ? "the standby switches its machine off, then opens"
                                    : "two open primaries: a dead daemon closes no gate");
        }
        if (guard.isLease()) {
            add(
                    2,
                    "the arbiter and then the primary fail",
                    By.PERSON,
                    "no failover until the arbiter is back, or: pgha promote --force");
            add(
                    2,
                    "the arbiter and then the standby fail",
                    By.PERSON,
                    "the primary closes until one of them is back, but for a standby that was stopped, set aside or paused before, or"
                            + " vouched for by pgha promote --force on the primary");
        }
        atLast();
    }

    private void atLast() {
        if (fenced) {
            add(
                    2,
                    "the primary falls silent, and no fence device sees it off",
                    By.PERSON,
                    "the standby holds and tries again; when it is surely down: pgha promote there");
        }
        add(
                2,
                "two open primaries meet again, both with commits",
                By.PERSON,
                "both close: pgha promote --force on the one to keep");
    }

    /** A fenced node that is switched on again must not open beside who fenced it. */
    private boolean opensAlone() {
        return (guard == Guard.FAILCOUNT && !fenced) || guard.isLease();
    }

    private String aloneAfterBoot() {
        if (!opensAlone()) {
            return "no primary; after its boot: pgha promote --force";
        }
        if (waitsAtBoot) {
            return "no primary; after its boot: pgha check-start (boot = manual)";
        }
        return switch (guard) {
            case FAILCOUNT -> "no primary until it boots; then it opens after boot_peer_wait";
            case WITNESS, ETCD ->
                "no primary until it boots; then it opens when the arbiter grants";
            case MANUAL, GATEWAY -> "no primary; after its boot: pgha promote --force";
        };
    }

    private void add(int faults, String fault, By by, String what) {
        rows.add(new Row(faults, fault, by, what));
    }
}
