package io.pgha.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pgha.decision.Fact;
import io.pgha.plan.Step;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/** The journal's lines stay what they are: a node is upgraded, and must know what it promised. */
final class FactLineTest {

    private static final Pattern KIND = Pattern.compile("\"kind\":\"([A-Z][a-z]\\w*)\"");

    /** Every fact and every step, as pgha has written them since the journal's version 1; new ones are added at the end. */
    private static List<String> journal() throws IOException {
        try (InputStream in = FactLineTest.class.getResourceAsStream("/golden/journal.txt")) {
            return new String(in.readAllBytes(), UTF_8).lines().toList();
        }
    }

    @Test
    void whatAnEarlierBuildWroteIsReadAndWrittenAgainByteForByte() throws Exception {
        long number = 1;
        for (String line : journal()) {
            assertEquals(line + "\n", FactLine.write(number, FactLine.read(line, number)));
            number = number + 1;
        }
    }

    @Test
    void thatJournalHasEveryFactAndEveryStep() throws IOException {
        Set<String> seen = KIND.matcher(String.join("\n", journal()))
                .results()
                .map((MatchResult kind) -> kind.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> all = Stream.of(Fact.class, Step.class)
                .flatMap(type -> Arrays.stream(type.getPermittedSubclasses()))
                .map(Class::getSimpleName)
                .collect(Collectors.toCollection(TreeSet::new));

        assertEquals(all, seen);
    }

    @Test
    void aLineThatLacksAFieldIsOfAnotherVersionAlsoWhereTheFieldMayBeUnknown() {
        for (String json : List.of(
                "{\"kind\":\"WalRescued\",\"bytes\":1,\"lost\":0,\"trouble\":\"\"}",
                "{\"kind\":\"HoldPlaced\"}",
                "{\"kind\":\"HoldPlaced\",\"why\":null}",
                "{\"kind\":\"StepReached\",\"planId\":\"r1\",\"cursor\":\"3\"}",
                "{\"kind\":\"StepReached\",\"planId\":\"r1\",\"cursor\":null}",
                "{\"kind\":\"Opened\",\"epoch\":{\"number\":-1}}",
                "{\"kind\":\"Opened\",\"epoch\":7}",
                "{\"why\":\"x\"}",
                "[" + "[".repeat(100_000))) {
            FactLine.Unreadable damage = assertThrows(
                    FactLine.Unreadable.class, () -> FactLine.read(line(json), 7), json);
            assertEquals(FactLine.Fault.FOREIGN, damage.fault());
            assertTrue(!damage.why().isEmpty() && damage.why().length() <= 300, damage.why());
        }
    }

    @Test
    void aFieldThatALaterVersionAddsIsLetPass() throws Exception {
        assertEquals(
                new Fact.HoldPlaced("x"),
                FactLine.read(
                        line("{\"kind\":\"HoldPlaced\",\"by\":{\"a\":[1]},\"why\":\"x\"}"), 7));
    }

    private static String line(String json) {
        CRC32C crc = new CRC32C();
        crc.update(("7 " + json).getBytes(UTF_8));
        return String.format("%08x 7 %s", crc.getValue(), json);
    }
}
