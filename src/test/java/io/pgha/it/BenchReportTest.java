package io.pgha.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

import javax.xml.parsers.DocumentBuilderFactory;

/** What a benchmark found is told whole, in tables and in the drawing. */
class BenchReportTest {

    private static final Figures CRASH =
            fault("crash", 450).with("guard", "witness").with("profile", "normal");
    private static final List<Figures> ALL = List.of(
            Figures.of("FLOOR").with("crash_ms", 250),
            CRASH,
            CRASH.with("connections", 100).with("lost", 7),
            fault("hang", 9_000).with("peer", "repmgr").with("two_primaries_ms", 5_000),
            Figures.of("SIZE")
                    .with("what", "switchover")
                    .with("gb", "0.1")
                    .with("guard", "witness")
                    .with(new Spread(List.of(400L, 300L, 500L)))
                    .with("ratio_to_smallest", "1.0"),
            Figures.of("IDLE").with("role", "standby").with("rss_mb", 61));

    private static Figures fault(String word, long median) {
        return Figures.of("BENCH")
                .with("fault", word)
                .with("runs", 5)
                .with("failover_ms_median", median)
                .with("min", median - 100)
                .with("max", median + 100)
                .with("lost", 0)
                .with("two_primaries_ms", 0)
                .with("floor_ms", 250)
                .with("ratio", "1.8");
    }

    @Test
    void aLineSaysItsSubjectThenEachFigureOnceInOrder() {
        assertEquals("FLOOR crash_ms=250", ALL.get(0).toString());
        assertEquals(
                "A x=2 y=1",
                Figures.of("A").with("x", 1).with("y", 1).with("x", 2).toString());
    }

    @Test
    void everyFigureIsInATable() {
        String text = MarkdownTables.of(ALL);
        assertTrue(
                text.contains(
                        "| PostgreSQL killed | 450 (350 to 550), ×1.8 | 450 (350 to 550), ×1.8, lost 7 | – |"),
                text);
        assertTrue(
                text.contains(
                        "| PostgreSQL hangs | – | – | 9000 (8900 to 9100), ×1.8, TWO PRIMARIES 5000 ms |"),
                text);
        assertTrue(text.contains("| switchover, 0.1 GB | 400 (300 to 500), ×1.0 |"), text);
        assertTrue(text.contains("| IDLE | role | rss_mb |"), text);
        assertTrue(text.contains("| FLOOR | crash_ms |"), text);
    }

    @Test
    void theDrawingHasABarForEachFaultOfEachContender() throws Exception {
        Document drawing = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(
                        FaultPlot.of(ALL).getBytes(StandardCharsets.UTF_8)));
        NodeList boxes = drawing.getElementsByTagName("rect");
        assertEquals(3 + 3, boxes.getLength(), "bars, and the legend");
        int crash = width(boxes.item(3));
        int hang = width(boxes.item(5));
        assertEquals(crash, width(boxes.item(4)));
        assertTrue(crash < hang, crash + " and " + hang);
    }

    private static int width(org.w3c.dom.Node box) {
        return Integer.parseInt(((Element) box).getAttribute("width"));
    }

    @Test
    void aDrawingOfNothingIsADrawing() {
        assertTrue(FaultPlot.of(List.of()).startsWith("<svg"));
    }
}
