package io.pgha.http;

import io.pgha.engine.Coverage;
import io.pgha.engine.Status;
import io.pgha.model.LinkView;
import io.pgha.model.MonoTime;
import io.pgha.model.NodeState;
import io.pgha.model.PostgresView;
import io.pgha.model.SlotView;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The status page for people: both nodes as rows, then what connects them, what is going on, what is wrong and what to
 * type, and which faults this configuration does not handle. Plain ASCII; colours only where asked for.
 */
public final class StatusText {

    private static final String RED = "\u001b[31m";
    private static final String GREEN = "\u001b[32m";
    private static final String YELLOW = "\u001b[33m";
    private static final String BOLD = "\u001b[1m";
    private static final String PLAIN = "\u001b[0m";

    private final Status status;
    private final MonoTime now;
    private final boolean colored;
    private final StringBuilder page = new StringBuilder();

    private StatusText(Status status, MonoTime now, boolean colored) {
        this.status = status;
        this.now = now;
        this.colored = colored;
    }

    /** The page, with ages as of {@code now}; ends with a line end. */
    public static String of(Status status, MonoTime now, Call.Form form) {
        StatusText text = new StatusText(status, now, form == Call.Form.COLOR);
        text.head();
        text.table();
        text.links();
        text.failures();
        text.faults();
        text.workflow();
        text.vetoes();
        text.section("PROBLEMS", status.problems(), "! ", RED);
        text.section("NOT COVERED by this configuration", status.exposure(), "- ", "");
        return text.page.toString();
    }

    private void head() {
        line(verdict() + ": " + status.situation());
        String owner = status.owner().map(o -> "owned by " + o).orElse("owned by nobody");
        line("epoch " + status.epoch() + " " + owner + ", guard " + status.guard() + ", profile "
                + status.profile() + ", pgha " + status.version() + ", " + status.state() + " for "
                + Amounts.span(status.since()));
        Duration age = now.since(status.at());
        if (age.compareTo(Duration.ofSeconds(10)) > 0) {
            line(paint(
                    RED,
                    "This is " + Amounts.span(age) + " old: the daemon's engine does not turn."));
        }
        line("");
    }

    private String verdict() {
        return switch (status.exitCode()) {
            case 0 -> paint(GREEN, "OK");
            case 3 -> paint(YELLOW, "DEGRADED");
            default -> paint(RED, "CRITICAL");
        };
    }

    private void table() {
        List<NodeRow> rows = new NodeRows(status).rows();
        List<Integer> widths = new ArrayList<>();
        for (int i = 0; i < NodeRow.TITLES.size(); i++) {
            int column = i;
            widths.add(rows.stream()
                    .mapToInt(r -> r.cells().get(column).length())
                    .reduce(NodeRow.TITLES.get(i).length(), Math::max));
        }
        line(paint(BOLD, " " + cells(NodeRow.TITLES, widths)));
        for (NodeRow row : rows) {
            String text = row.mark() + cells(row.cells(), widths);
            line(
                    switch (row.mark()) {
                        case '*' -> paint(GREEN, text);
                        case '!', '-' -> paint(RED, text);
                        case '?' -> paint(YELLOW, text);
                        default -> text;
                    });
        }
        line("");
    }

    private static String cells(List<String> cells, List<Integer> widths) {
        StringBuilder row = new StringBuilder();
        for (int i = 0; i < cells.size(); i++) {
            row.append(cells.get(i));
            if (i < cells.size() - 1) {
                row.append(" ".repeat(widths.get(i) - cells.get(i).length() + 2));
            }
        }
        return row.toString();
    }

    private void links() {
        status.peerAge()
                .ifPresentOrElse(
                        age -> line("peer      " + status.peer() + " heard " + Amounts.span(age)
                                + " ago" + trouble()),
                        () -> line("peer      " + status.peer() + " never heard" + trouble()));
        for (LinkView link : status.peerView().links()) {
            String trip =
                    link.roundTrip().map(t -> ", round trip " + Amounts.span(t)).orElse("");
            String seen = link.lastAnswered()
                    .map(at -> ", answered " + Amounts.span(now.since(at)) + " ago")
                    .orElse(", never answered");
            line("link      " + link.address() + " "
                    + (link.up() ? "up" + trip : paint(RED, "DOWN")) + seen
                    + (link.trouble().isEmpty() ? "" : ": " + link.trouble()));
        }
        status.gateways().forEach(g -> line("gateway   " + g));
        status.lease().forEach(l -> line("lease     " + l));
        if (status.gate().answer().isEmpty()) {
            line("gate      not known: " + status.gate().why());
        }
        status.gateHold().ifPresent(why -> line("gate      held closed by an operator: " + why));
        if (status.local().answer().isEmpty()) {
            line("local     PostgreSQL does not answer: " + status.local().why());
        }
        for (SlotView slot : status.local().answer().map(PostgresView::slots).orElse(List.of())) {
            line("slot      " + slot.name() + (slot.active() ? " active" : " not active")
                    + ", holds " + Amounts.bytes(slot.retainedBytes()) + " of WAL ("
                    + slot.walStatus() + ")");
        }
    }

    private String trouble() {
        String trouble = status.peerView().trouble();
        return trouble.isEmpty() ? "" : ": " + trouble;
    }

    private void failures() {
        String port =
                status.state() == NodeState.PRIMARY ? "own port: " : status.peer() + "'s port: ";
        status.primaryPort()
                .ifPresent(p -> line("probe     " + port + p.words() + ", "
                        + Amounts.span(now.since(p.at())) + " ago"));
        if (status.failures() > 0) {
            line(paint(YELLOW, "failures  " + status.failures() + " of " + status.maxFailures()));
        }
    }

    /** What is not safe by name, the rest by number: {@code pgha check} lists it. */
    private void faults() {
        line("faults    one: " + ended(1));
        line("          two: " + ended(2));
    }

    private String ended(int faults) {
        List<Coverage.Row> rows =
                status.coverage().stream().filter(r -> r.faults() == faults).toList();
        List<String> words = new ArrayList<>();
        for (Coverage.By by : Coverage.By.values()) {
            List<String> its = rows.stream()
                    .filter(r -> r.by() == by)
                    .map(Coverage.Row::fault)
                    .toList();
            if (by == Coverage.By.ITSELF || !its.isEmpty()) {
                words.add(its.size() + (words.isEmpty() ? " of " + rows.size() : "") + " "
                        + by.words()
                        + (by == Coverage.By.NOBODY ? " (" + String.join("; ", its) + ")" : ""));
            }
        }
        return String.join(", ", words);
    }

    private void workflow() {
        status.running().ifPresent(r -> {
            line("");
            line("workflow  " + r.kind() + " (" + r.planId() + "), " + ProgressText.step(r));
            line("          " + ProgressText.bar(r));
        });
        status.lastOutcome()
                .ifPresent(e -> line("last      " + e.kind() + " " + endedWith(e.exitCode()) + ": "
                        + e.sentence()));
    }

    private static String endedWith(int exitCode) {
        return switch (exitCode) {
            case 0 -> "done";
            case 5 -> "refused";
            case 6 -> "interrupted";
            default -> "failed";
        };
    }

    private void vetoes() {
        section(status.node() + " would not take over", status.vetoes(), "- ", "");
        status.peerView()
                .last()
                .map(m -> m.vetoes())
                .filter(v -> !v.isEmpty())
                .ifPresent(v -> section(status.peer() + " would not take over", v, "- ", ""));
    }

    private void section(String title, List<String> lines, String mark, String color) {
        if (!lines.isEmpty()) {
            line("");
            line(paint(color, title));
            lines.forEach(l -> line("  " + mark + l));
        }
    }

    private String paint(String color, String text) {
        return colored && !color.isEmpty() ? color + text + PLAIN : text;
    }

    private void line(String text) {
        page.append(text.stripTrailing()).append('\n');
    }
}
