package io.pgha.config;

import io.pgha.model.Guard;
import io.pgha.model.Policy;
import io.pgha.model.Policy.AtBoot;
import io.pgha.model.Policy.OnCleanStop;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How long clients can be without a primary, fault by fault, each as a sum of the waits that the configuration allows.
 *
 * <p>The sums are limits, not expectations: promote_timeout counts in full, though a promotion usually takes less than a
 * second. So each fault has two numbers, to the decision and to the end.
 */
public final class WorstCase {

    private final Policy p;
    private final List<String> lines = new ArrayList<>();

    private WorstCase(Policy policy) {
        this.p = policy;
    }

    /** The lines that {@code pgha check} prints: a fault a line, then its sum indented. */
    public static List<String> of(Settings settings) {
        WorstCase worst = new WorstCase(settings.policy());
        worst.crash();
        worst.hang();
        worst.silence();
        worst.cut();
        worst.cleanStop();
        worst.boot();
        return List.copyOf(worst.lines);
    }

    /** A wait with its name. */
    private record Wait(String name, Duration time) {}

    private Wait takeover() {
        return new Wait("promote_timeout", p.promoteTimeout());
    }

    private Wait rescue() {
        return new Wait("wal_rescue_timeout", p.walRescueTimeout());
    }

    private void crash() {
        List<Wait> waits = new ArrayList<>();
        if (p.crash().restartsFirst()) {
            waits.add(new Wait("restart_budget", p.crash().restartBudget()));
        }
        waits.add(new Wait("close_timeout", p.closeTimeout()));
        waits.add(new Wait(
                "kill what is left: 2 x ladder_timeout", p.ladderTimeout().multipliedBy(2)));
        waits.add(new Wait("heartbeat", p.heartbeat()));
        fault("PostgreSQL on the primary dies (any guard)", waits, rescue(), takeover());
    }

    private void hang() {
        fault(
                "PostgreSQL on the primary hangs, its daemon lives (any guard)",
                List.of(
                        new Wait(countingWords(), p.latestTakeover()),
                        new Wait("close_timeout", p.closeTimeout()),
                        new Wait("2 x ladder_timeout", p.ladderTimeout().multipliedBy(2)),
                        new Wait("heartbeat", p.heartbeat())),
                rescue(),
                takeover());
    }

    private void silence() {
        String fault = "the primary's machine loses power";
        if (p.guard() == Guard.MANUAL && !p.fence().decides()) {
            lines.add(fault
                    + ": no limit; guard = manual waits for a person, who types pgha promote");
            return;
        }
        List<Wait> waits = new ArrayList<>();
        waits.add(new Wait(countingWords(), p.latestTakeover()));
        if (p.guard() == Guard.GATEWAY) {
            waits.add(new Wait("gateway_timeout", p.gatewayTimeout()));
        }
        if (p.guard().isLease()) {
            Duration expiry = p.waitAfter(p.lease());
            if (expiry.compareTo(p.latestTakeover()) > 0) {
                waits.set(0, new Wait(leaseWords(), expiry));
            }
            waits.add(new Wait("heartbeat, to claim", p.heartbeat()));
        }
        if (p.fence().configured()) {
            waits.add(new Wait("fence.timeout", p.fence().timeout()));
        }
        fault(fault, waits, takeover());
    }

    private String leaseWords() {
        return "lease " + Quantity.text(p.lease()) + " x 1.1 + lease_margin "
                + Quantity.text(p.leaseMargin()) + ", longer than counting to "
                + p.maxPrimaryFailcount();
    }

    private String countingWords() {
        return "interval " + Quantity.text(p.interval()) + " + probe_timeout "
                + Quantity.text(p.probeTimeout()) + " + " + (p.maxPrimaryFailcount() - 1)
                + " more failures, " + Quantity.text(p.interval()) + " apart";
    }

    private void cut() {
        String fault = "the nodes are cut off from each other";
        if (p.fence().decides()) {
            lines.add(
                    fault
                            + ": the standby switches the primary's machine off, sees it off, and opens; sum as for a power loss");
            return;
        }
        lines.add(
                switch (p.guard()) {
                    case MANUAL ->
                        fault + ": the primary goes on; the standby never promotes by itself";
                    case FAILCOUNT ->
                        fault + ": after " + seconds(p.latestTakeover())
                                + " both are primary, until they see each other again (guard = failcount)";
                    case GATEWAY ->
                        fault + ": a primary without a gateway is closed after at most "
                                + seconds(p.latestFence())
                                + ", the standby opens after at least "
                                + seconds(p.earliestTakeover())
                                + " and only if it sees a gateway";
                    case WITNESS, ETCD ->
                        fault
                                + ": nothing, while the primary sees the arbiter; otherwise it is closed after at most "
                                + seconds(p.lease()) + ", and the standby opens after at least "
                                + seconds(p.waitAfter(p.lease()));
                });
    }

    private void cleanStop() {
        String fault = "a person stops PostgreSQL on the primary";
        if (p.onCleanStop() == OnCleanStop.HOLD) {
            lines.add(fault + ": no limit; on_clean_stop = hold waits for a person");
            return;
        }
        fault(
                fault,
                List.of(
                        new Wait("clean_stop_grace", p.cleanStopGrace()),
                        new Wait("close_timeout", p.closeTimeout()),
                        new Wait("heartbeat", p.heartbeat())),
                rescue(),
                takeover());
    }

    private void boot() {
        String fault = "the last known primary boots and its peer is silent";
        if (p.atBoot() == AtBoot.MANUAL) {
            lines.add(fault + ": no limit; boot = manual waits for a person");
            return;
        }
        if (p.guard().isLease()) {
            lines.add(fault + ": as soon as the arbiter says that it is the owner, with its data;"
                    + " without the arbiter no limit");
            return;
        }
        if (p.guard() != Guard.FAILCOUNT || p.fence().decides()) {
            lines.add(fault + ": no limit; guard = " + p.guard().name().toLowerCase(Locale.ROOT)
                    + " stays closed until the peer answers or a person acts");
            return;
        }
        lines.add(fault + ": open " + seconds(p.bootPeerWait().plus(p.startTimeout()))
                + " after the boot at the latest, plus the time of a crash recovery");
        lines.add("    boot_peer_wait " + Quantity.text(p.bootPeerWait()) + " + start_timeout "
                + Quantity.text(p.startTimeout()));
    }

    private void fault(String fault, List<Wait> waits, Wait... after) {
        Duration decided = waits.stream().map(Wait::time).reduce(Duration.ZERO, Duration::plus);
        Duration over = List.of(after).stream().map(Wait::time).reduce(decided, Duration::plus);
        lines.add(fault + ": decided after at most " + seconds(decided)
                + ", then usually within a second, at most " + seconds(over));
        List<String> sum = new ArrayList<>();
        for (Wait wait : waits) {
            sum.add(wait.name() + " = " + Quantity.text(wait.time()));
        }
        for (Wait wait : after) {
            sum.add(wait.name() + " = " + Quantity.text(wait.time()));
        }
        lines.add("    (" + String.join(") + (", sum) + ")");
    }

    private static String seconds(Duration time) {
        return String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1000.0);
    }
}
