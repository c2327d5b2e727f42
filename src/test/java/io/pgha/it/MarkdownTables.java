package io.pgha.it;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** All that a benchmark found, as tables for a reader. */
final class MarkdownTables {

    private static final String SIZE = SizeFigures.SUBJECT;
    private static final List<String> FAULT_LINES = List.of(FaultFigures.SUBJECT);

    private MarkdownTables() {}

    /** Every line is in one of the tables. */
    static String of(List<Figures> all) {
        List<Figures> faults = about(all, FAULT_LINES);
        List<Figures> sizes = about(all, List.of(SIZE));
        StringBuilder text = new StringBuilder();
        if (!faults.isEmpty()) {
            text.append("""
                    Longest time without an acknowledged write, in ms: median (least to most), and how many times the floor.

                    """);
            text.append(grid(
                    faults, "the primary's fault", MarkdownTables::fault, MarkdownTables::gap));
            text.append(
                    "\nFrom there until the struck node follows without a copy, in ms: median.\n\n");
            text.append(grid(
                    faults, "the primary's fault", MarkdownTables::fault, MarkdownTables::back));
        }
        if (!sizes.isEmpty()) {
            text.append(
                    "\nThe same by the size of the database, and how many times the smallest.\n\n");
            text.append(grid(sizes, "what, size", SizeFigures::title, SizeFigures::cell));
        }
        Set<String> rest =
                new LinkedHashSet<>(all.stream().map(Figures::subject).toList());
        rest.remove(FaultFigures.SUBJECT);
        rest.remove(SIZE);
        for (String subject : rest) {
            text.append('\n').append(list(subject, about(all, List.of(subject))));
        }
        return text.toString().stripLeading();
    }

    private static List<Figures> about(List<Figures> all, List<String> subjects) {
        return all.stream().filter(f -> subjects.contains(f.subject())).toList();
    }

    private static String fault(Map<String, String> fields) {
        return Fault.of(fields.getOrDefault(FaultFigures.FAULT, "")).title();
    }

    private static String gap(Map<String, String> fields) {
        StringBuilder cell = new StringBuilder();
        cell.append(fields.get(FaultFigures.MEDIAN)).append(" (");
        cell.append(fields.get(FaultFigures.LEAST)).append(" to ");
        cell.append(fields.get(FaultFigures.MOST)).append("), ×");
        cell.append(fields.get(FaultFigures.RATIO));
        if (!"0".equals(fields.get(FaultFigures.LOST))) {
            cell.append(", lost ").append(fields.get(FaultFigures.LOST));
        }
        if (!"0".equals(fields.get(FaultFigures.TWO_PRIMARIES))) {
            cell.append(", TWO PRIMARIES ")
                    .append(fields.get(FaultFigures.TWO_PRIMARIES))
                    .append(" ms");
        }
        return cell.toString();
    }

    private static String back(Map<String, String> fields) {
        if (!fields.containsKey(FaultFigures.REJOIN)) {
            return "a person";
        }
        String copies = fields.getOrDefault(FaultFigures.COPIES, "0");
        return fields.get(FaultFigures.REJOIN)
                + (copies.equals("0") ? "" : ", copied anew " + copies + " times");
    }

    /** A row for each of what was measured, a column for each contender. */
    private static String grid(
            List<Figures> lines,
            String corner,
            Function<Map<String, String>, String> row,
            Function<Map<String, String>, String> cell) {
        Set<String> columns = new LinkedHashSet<>();
        Map<String, Map<String, String>> rows = new LinkedHashMap<>();
        for (Figures line : lines) {
            String column = FaultFigures.contender(line.fields());
            columns.add(column);
            rows.computeIfAbsent(row.apply(line.fields()), title -> new LinkedHashMap<>())
                    .put(column, cell.apply(line.fields()));
        }
        StringBuilder text = new StringBuilder();
        text.append(head(corner, columns));
        rows.forEach((title, cells) -> {
            List<String> all = new ArrayList<>(List.of(title));
            columns.forEach(column -> all.add(cells.getOrDefault(column, "–")));
            text.append(row(all));
        });
        return text.toString();
    }

    /** A row for each line, a column for each of its keys. */
    private static String list(String subject, List<Figures> lines) {
        Set<String> keys = new LinkedHashSet<>();
        lines.forEach(line -> keys.addAll(line.fields().keySet()));
        StringBuilder text = new StringBuilder(head(subject, keys));
        for (Figures line : lines) {
            List<String> all = new ArrayList<>(List.of(""));
            keys.forEach(key -> all.add(line.fields().getOrDefault(key, "–")));
            text.append(row(all));
        }
        return text.toString();
    }

    private static String head(String corner, Collection<String> columns) {
        List<String> all = new ArrayList<>(List.of(corner));
        all.addAll(columns);
        return row(all) + "|" + "---|".repeat(all.size()) + "\n";
    }

    private static String row(List<String> cells) {
        return "| " + String.join(" | ", cells) + " |\n";
    }
}
