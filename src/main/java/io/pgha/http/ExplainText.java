package io.pgha.http;

import io.pgha.decision.Row;
import io.pgha.engine.Status;
import io.pgha.model.Guard;
import io.pgha.model.Policy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Why this node does what it does, and what it would do if something failed now. The answers restate the rules of the
 * configuration in force with its numbers; they decide nothing.
 */
final class ExplainText {

    private final Status status;
    private final Policy policy;
    private final StringBuilder page = new StringBuilder();

    private ExplainText(Status status, Policy policy) {
        this.status = status;
        this.policy = policy;
    }

    static String of(Status status, Policy policy) {
        ExplainText text = new ExplainText(status, policy);
        text.paragraph(
                "What is",
                List.of(
                        status.node() + " is " + status.state() + ": " + text.promise(),
                        status.situation()));
        text.paragraph("What speaks against taking over now", text.vetoes());
        text.paragraph("What would happen if", text.whatIf());
        text.paragraph("The rows of the decision table in force (README)", text.rows());
        text.paragraph("What this configuration does not handle", status.exposure());
        text.paragraph("What to type next", status.problems());
        return text.page.toString();
    }

    private void paragraph(String title, List<String> lines) {
        if (!lines.isEmpty()) {
            page.append(page.isEmpty() ? "" : "\n").append(title).append('\n');
            lines.forEach(l -> page.append("  - ").append(l).append('\n'));
        }
    }

    private String promise() {
        return switch (status.state()) {
            case UNDECIDED -> "the gate stays closed until the role of this node is known";
            case PRIMARY ->
                "it owns epoch " + status.epoch()
                        + ", and the gate is open while PostgreSQL is read-write";
            case STANDBY -> "the gate is closed, and PostgreSQL follows " + status.peer();
            case PROMOTING ->
                "the takeover is on disk and goes on; the gate opens when PostgreSQL is read-write";
            case ISOLATED ->
                "it owns epoch " + status.epoch() + " and closed itself, because it sees neither "
                        + status.peer()
                        + " nor a gateway; it opens again by itself when it sees one of them";
            case CEDED ->
                "its PostgreSQL is dead and the epoch was offered to " + status.peer()
                        + "; it waits for the answer and takes nothing back before it";
            case RELEASING ->
                "it is being stopped on an operator's word, to hand the role to " + status.peer();
            case RELEASED ->
                "it is stopped, and only " + status.peer()
                        + " can become primary: type pgha initialize there";
            case RECONCILING ->
                "it met another open primary, closed its gate, and counts the commits since the fork";
            case DEPOSED ->
                status.peer()
                        + " owns a later epoch; this copy follows it again by pgha rejoin, or anew by pgha initialize";
            case CONFLICT ->
                "both copies hold commits that the other lacks; a person decides which one stays";
        };
    }

    private List<String> vetoes() {
        return switch (status.state()) {
            case PRIMARY, RELEASING, RELEASED -> List.of();
            case STANDBY ->
                status.vetoes().isEmpty()
                        ? List.of("nothing: " + status.node() + " would take over")
                        : status.vetoes();
            case UNDECIDED, PROMOTING, ISOLATED, CEDED, RECONCILING, DEPOSED, CONFLICT ->
                status.vetoes();
        };
    }

    private List<String> whatIf() {
        return switch (status.state()) {
            case PRIMARY, ISOLATED -> asPrimary();
            case STANDBY -> asStandby();
            case UNDECIDED, PROMOTING, CEDED, RELEASING, RELEASED, RECONCILING, DEPOSED, CONFLICT ->
                List.of();
        };
    }

    private List<String> rows() {
        return switch (status.state()) {
            case PRIMARY, ISOLATED -> rows(true);
            case STANDBY -> rows(false);
            case UNDECIDED, PROMOTING, CEDED, RELEASING, RELEASED, RECONCILING, DEPOSED, CONFLICT ->
                List.of();
        };
    }

    private List<String> rows(boolean owner) {
        return Arrays.stream(Row.values())
                .filter(row -> row.isOwners() == owner && row.isUnder(policy.guard()))
                .map(row -> row + "  " + (row.seen() + ": " + row.done()).replace("`", ""))
                .toList();
    }

    private List<String> asPrimary() {
        List<String> lines = new ArrayList<>();
        boolean ready = status.peerView().last().map(m -> m.vetoes().isEmpty()).orElse(false);
        lines.add("PostgreSQL here died or hung: "
                + (policy.crash().restartsFirst()
                        ? "what died is started again for "
                                + Amounts.span(policy.crash().restartBudget()) + " at most; else "
                        : "")
                + (ready
                        ? "the gate closes, the epoch goes to " + status.peer()
                                + ", which takes over at once"
                        : status.peer()
                                + " would not take over now, so it is started again here, at most "
                                + policy.crash().restartAttempts() + " times"));
        lines.add(
                "a person stopped PostgreSQL cleanly: for " + Amounts.span(policy.cleanStopGrace())
                        + " nothing, then "
                        + switch (policy.onCleanStop()) {
                            case FAILOVER -> "the role goes to " + status.peer();
                            case HOLD -> "the gate closes and nothing more (on_clean_stop = hold)";
                        });
        lines.add("this node lost " + status.peer() + ": "
                + switch (policy.guard()) {
                    case MANUAL ->
                        "it stays primary and open; " + status.peer() + " waits for a person";
                    case FAILCOUNT ->
                        "it stays primary and open, and " + status.peer()
                                + " takes over too: two primaries until they see each other (guard failcount)";
                    case GATEWAY ->
                        "it stays open while it sees a gateway; without one it closes within "
                                + Amounts.span(policy.latestFence());
                    case WITNESS, ETCD ->
                        "it stays open while the arbiter grants the lease; without one it closes within "
                                + Amounts.span(policy.lease());
                });
        lines.add(
                policy.guard().isLease()
                        ? "the daemon died: the kernel closes the gate when the lease is over, and "
                                + status.peer() + " takes over"
                        : "the daemon stopped: nothing changes for clients, and nobody watches");
        return lines;
    }

    private List<String> asStandby() {
        List<String> lines = new ArrayList<>();
        lines.add("the primary's daemon ceded the epoch: this node takes over at once");
        lines.add("the primary fell silent: "
                + (policy.guard() == Guard.MANUAL
                        ? "nothing, until a person types pgha promote (guard manual)"
                        : "after " + policy.maxPrimaryFailcount()
                                + " failures in a row this node takes over"
                                + (policy.guard() == Guard.GATEWAY ? ", if it sees a gateway" : "")
                                + (policy.guard().isLease()
                                        ? ", once every lease of the primary is over and the arbiter agrees"
                                        : "")
                                + ", between " + Amounts.span(policy.earliestTakeover()) + " and "
                                + Amounts.span(policy.latestTakeover())
                                + " after the last sign of life"));
        String lag = status.lagBytes().map(Amounts::bytes).orElse("an unknown amount");
        lines.add(
                "it took over now: at most the WAL that had not arrived would be lost; it was behind by "
                        + lag
                        + " at last contact, and above "
                        + Amounts.bytes(policy.maximumLagOnFailover())
                        + " it holds and waits for pgha promote --accept-loss");
        lines.add("PostgreSQL here died: nothing changes for clients, and nobody could take over");
        return lines;
    }
}
