package io.pgha.it;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The faults as a drawing (SVG): for each fault a bar a contender, as long as the median on a logarithmic scale, a whisker
 * from the shortest to the longest run, and the floor as a dashed line. Readable on light and on dark ground.
 */
final class FaultPlot {

    private static final int WIDTH = 900;
    private static final int LEFT = 230;
    private static final int RIGHT = 80;
    private static final int BAR = 11;
    private static final int STEP = 15;
    private static final int BETWEEN = 12;
    private static final int LINE = 18;
    private static final int LETTER = 7;
    private static final int COLOURS = 6;

    private static final String STYLE = """
            text { font: 12px sans-serif; fill: #24292f } .small { font-size: 11px; fill: #57606a }
            .grid { stroke: #d0d7de } .whisker { stroke: #24292f } .floor { stroke: #cf222e; stroke-width: 2; stroke-dasharray: 4 3 }
            .c0 { fill: #0969da } .c1 { fill: #bf8700 } .c2 { fill: #1a7f37 } .c3 { fill: #8250df } .c4 { fill: #bc4c00 } .c5 { fill: #6e7781 }
            @media (prefers-color-scheme: dark) {
            text { fill: #e6edf3 } .small { fill: #8d96a0 } .grid { stroke: #3d444d } .whisker { stroke: #e6edf3 } .floor { stroke: #ff7b72 }
            .c0 { fill: #4493f8 } .c1 { fill: #d29922 } .c2 { fill: #3fb950 } .c3 { fill: #ab7df8 } .c4 { fill: #db6d28 } .c5 { fill: #9198a1 } }
            """;

    /** One bar. */
    private record Bar(String contender, long least, long median, long most, long floor) {
        static Bar of(Map<String, String> fields) {
            return new Bar(
                    FaultFigures.contender(fields),
                    number(fields, FaultFigures.LEAST),
                    number(fields, FaultFigures.MEDIAN),
                    number(fields, FaultFigures.MOST),
                    number(fields, FaultFigures.FLOOR));
        }

        private static long number(Map<String, String> fields, String key) {
            return Long.parseLong(fields.getOrDefault(key, "0"));
        }
    }

    private final Map<String, List<Bar>> faults = new LinkedHashMap<>();
    private final List<String> contenders;
    private final LogScale scale;
    private final Svg svg = new Svg();

    private FaultPlot(List<Figures> all) {
        List<Map<String, String>> lines = all.stream()
                .filter(figures -> figures.subject().equals(FaultFigures.SUBJECT))
                .map(Figures::fields)
                .toList();
        for (Map<String, String> fields : lines) {
            String title = Fault.of(fields.getOrDefault(FaultFigures.FAULT, "")).title();
            faults.computeIfAbsent(title, t -> new ArrayList<>()).add(Bar.of(fields));
        }
        this.contenders = lines.stream().map(FaultFigures::contender).distinct().toList();
        List<Long> values = new ArrayList<>();
        faults.values()
                .forEach(bars -> bars.forEach(bar -> {
                    values.add(bar.floor());
                    values.add(bar.least());
                    values.add(bar.most());
                }));
        this.scale = LogScale.over(values, LEFT, WIDTH - RIGHT);
    }

    /** A drawing without a bar when there is nothing about faults. */
    static String of(List<Figures> all) {
        return new FaultPlot(all).draw();
    }

    private String draw() {
        int top = (contenders.size() + 2) * LINE;
        int height = faults.values().stream()
                .mapToInt(bars -> bars.size() * STEP + BETWEEN)
                .sum();
        svg.begin(WIDTH, top + height + 2 * LINE, STYLE);
        svg.text(
                0,
                LINE - 4,
                "",
                "Longest time without an acknowledged write (median; least to most)");
        for (int i = 0; i < contenders.size(); i++) {
            int y = (i + 1) * LINE;
            svg.box(0, y, BAR, BAR, colour(contenders.get(i)));
            svg.text(LINE, y + BAR - 1, "", contenders.get(i));
        }
        drawScale(top, height);
        int y = top;
        for (Map.Entry<String, List<Bar>> fault : faults.entrySet()) {
            int bars = fault.getValue().size();
            svg.text(0, y + (bars * STEP + BAR) / 2, "", fault.getKey());
            int first = y;
            for (Bar bar : fault.getValue()) {
                draw(bar, y);
                y += STEP;
            }
            int floor = scale.at(fault.getValue().get(0).floor());
            svg.line(floor, first - 2, floor, y - STEP + BAR + 2, "floor");
            y += BETWEEN;
        }
        return svg.end();
    }

    private void drawScale(int top, int height) {
        for (long mark : scale.marks()) {
            int x = scale.at(mark);
            svg.line(x, top - 4, x, top + height - BETWEEN + 4, "grid");
            svg.text(x - LETTER, top + height + LINE / 2, "small", told(mark));
        }
        svg.text(
                LEFT,
                top + height + LINE + LINE / 2,
                "small",
                "dashed: the floor, a script that knows everything at once");
    }

    private void draw(Bar bar, int y) {
        svg.box(LEFT, y, Math.max(1, scale.at(bar.median()) - LEFT), BAR, colour(bar.contender()));
        int middle = y + BAR / 2;
        svg.line(scale.at(bar.least()), middle, scale.at(bar.most()), middle, "whisker");
        for (long end : List.of(bar.least(), bar.most())) {
            svg.line(scale.at(end), y + 2, scale.at(end), y + BAR - 2, "whisker");
        }
        svg.text(scale.at(bar.most()) + LETTER, y + BAR - 1, "small", told(bar.median()));
    }

    private String colour(String contender) {
        return "c" + Math.max(0, contenders.indexOf(contender)) % COLOURS;
    }

    private static String told(long millis) {
        return Optional.of(millis)
                .filter(m -> m >= 1_000 && m % 1_000 == 0)
                .map(m -> m / 1_000 + " s")
                .orElse(millis + " ms");
    }
}
