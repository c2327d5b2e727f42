package io.pgha.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What is not exactly the value of a field is refused by that field's name, and is never made into one. */
final class JsonTest {

    private static final Json JSON = new Json(Json.Unknown.LEFT_OUT)
            .text(Duration.class, Duration::toString, Duration::parse)
            .kinds(Shape.class);

    private static final Json COMPLETE = new Json(Json.Unknown.NULL);

    enum Colour {
        RED,
        GREEN
    }

    record Small(int number, Optional<String> word) {
        Small {
            if (number == 13) {
                throw new IllegalArgumentException("13 is no number");
            }
        }
    }

    record All(
            int number,
            long big,
            boolean truth,
            String text,
            Colour colour,
            Duration span,
            List<Small> smalls,
            Optional<Small> small,
            Optional<Long> perhaps) {}

    sealed interface Shape {
        record Circle(int radius) implements Shape {}

        record Nothing() implements Shape {}
    }

    record Drawing(List<Shape> shapes) {}

    private static final All ALL = new All(
            -3,
            Long.MIN_VALUE,
            true,
            "a \"b\"\n\u0001 €",
            Colour.GREEN,
            Duration.ofMillis(1500),
            List.of(new Small(1, Optional.of("x")), new Small(2, Optional.empty())),
            Optional.of(new Small(4, Optional.empty())),
            Optional.empty());

    private static final String TEXT = "{\"number\":-3,\"big\":-9223372036854775808,\"truth\":true,"
            + "\"text\":\"a \\\"b\\\"\\n\\u0001 €\",\"colour\":\"GREEN\",\"span\":\"PT1.5S\","
            + "\"smalls\":[{\"number\":1,\"word\":\"x\"},{\"number\":2}],\"small\":{\"number\":4}}";

    private static String refusal(String text) {
        String words = String.valueOf(
                assertThrows(JsonRefused.class, () -> JSON.read(text, All.class), text)
                        .getMessage());
        assertEquals(1, words.lines().count(), words);
        return words;
    }

    private static String with(String from, String to) {
        assertTrue(TEXT.contains(from), from);
        return TEXT.replace(from, to);
    }

    @Test
    void whatIsWrittenIsReadBackEqual() throws JsonRefused {
        assertEquals(TEXT, JSON.write(ALL));
        assertEquals(ALL, JSON.read(TEXT, All.class));
        assertEquals(ALL, JSON.read(TEXT.getBytes(UTF_8), All.class));
    }

    @Test
    void aMissingFieldIsRefusedByItsNameUnlessItMayBeUnknown() throws JsonRefused {
        for (String field : List.of("number", "big", "truth", "text", "colour", "span", "smalls")) {
            String words = refusal(with("\"" + field + "\":", "\"later\":"));
            assertTrue(words.contains(field + "' is missing"), words);
        }
        assertEquals(
                Optional.empty(),
                JSON.read(with("\"small\":", "\"later\":"), All.class).small());
    }

    @Test
    void nullIsRefusedByTheFieldsNameUnlessItMayBeUnknown() throws JsonRefused {
        for (String value : List.of(
                "-9223372036854775808",
                "true",
                "\"GREEN\"",
                "\"PT1.5S\"",
                "{\"number\":1,\"word\":\"x\"}")) {
            assertTrue(refusal(with(value, "null")).contains("' is null"), value);
        }
        assertEquals("'number' is null", refusal(with("-3", "null")));
        assertEquals("'smalls[1].number' is null", refusal(with("2}", "null}")));
        assertEquals(
                Optional.empty(),
                JSON.read(with("{\"number\":4}", "null"), All.class).small());
    }

    @Test
    void aNumberIsNoTextAndATextIsNoNumber() {
        assertEquals("'number' must be a number and is a string", refusal(with("-3", "\"-3\"")));
        assertEquals("'text' must be a string and is a number", refusal(text("5")));
        assertEquals("'text' must be a string and is a boolean", refusal(text("true")));
        assertEquals("'text' must be a string and is an object", refusal(text("{}")));
        assertEquals(
                "'truth' must be a boolean and is a string", refusal(with("true", "\"true\"")));
        assertEquals("'truth' must be a boolean and is a number", refusal(with("true", "1")));
        assertEquals("'colour' must be a string and is a number", refusal(with("\"GREEN\"", "1")));
        assertEquals("'span' must be a string and is a number", refusal(with("\"PT1.5S\"", "1.5")));
        assertEquals(
                "'small' must be an object and is an array", refusal(with("{\"number\":4}", "[]")));
        assertEquals(
                "'smalls' must be an array and is an object",
                refusal(TEXT.replaceAll("\\[.*]", "{}")));
    }

    private static String text(String value) {
        return with("\"a \\\"b\\\"\\n\\u0001 €\"", value);
    }

    @Test
    void aNumberThatIsNotWholeOrDoesNotFitIsRefused() throws JsonRefused {
        for (String number : List.of(
                "1.5", "5.0", "1e2", "2147483648", "-2147483649", "1e400", "9".repeat(900))) {
            assertEquals("'number' is not a whole number of 32 bits", refusal(with("-3", number)));
        }
        for (String number : List.of("9223372036854775808", "-9223372036854775809", "0.5")) {
            assertEquals(
                    "'big' is not a whole number of 64 bits",
                    refusal(with("-9223372036854775808", number)));
        }
        assertEquals(2147483647, JSON.read(with("-3", "2147483647"), All.class).number());
    }

    @Test
    void aConstantThatThisVersionDoesNotKnowIsRefused() {
        assertEquals(
                "'colour' cannot be 'BLUE': this version knows no such Colour",
                refusal(with("GREEN", "BLUE")));
        assertTrue(refusal(with("GREEN", "green")).contains("'green'"));
    }

    @Test
    void whatAValuesOwnFormRefusesIsAComplaintAboutItsField() {
        assertTrue(refusal(with("PT1.5S", "1.5s")).startsWith("'span' cannot be: "));
        assertEquals(
                "'smalls[0]' cannot be: 13 is no number",
                refusal(with("\"number\":1,", "\"number\":13,")));
        assertEquals(
                "'small' cannot be: 13 is no number",
                refusal(with("{\"number\":4}", "{\"number\":13}")));
    }

    @Test
    void aFieldThatIsThereTwiceIsRefused() {
        assertEquals(
                "'number' is there twice",
                refusal(with("\"number\":-3", "\"number\":3,\"number\":-3")));
        assertEquals(
                "'small' is there twice", refusal(with("\"small\":", "\"small\":null,\"small\":")));
    }

    @Test
    void fieldsOfANewerVersionAreLetPassWhateverTheyHold() throws JsonRefused {
        String later = "\"later\":[{\"x\":[null,1e999,\"[\"]}],\"number\":";

        assertEquals(ALL, JSON.read(with("{\"number\":-3", "{" + later + "-3"), All.class));
    }

    @Test
    void onlyStrictJsonIsRead() {
        for (String text : List.of(
                "",
                " ",
                "{",
                "nothing",
                TEXT + " {}",
                TEXT + "x",
                TEXT.substring(0, TEXT.length() - 1),
                with("true", "TRUE"),
                with("true", "NaN"),
                with("-3", "+3"),
                with("-3", "03"),
                with("-3", ".3"),
                with("\"number\"", "number"),
                with("\"number\"", "'number'"),
                with("\"number\":", "\"number\"="),
                with(",\"big\"", ";\"big\""),
                with("}]", "},]"),
                with("{\"number\":-3", "/* */{\"number\":-3"),
                text("\"\t\""),
                text("\"\\x\""),
                text("\"\\u00g0\""),
                ")]}'\n" + TEXT)) {
            refusal(text);
        }
        byte[] latin = with("€", "ü").getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
        assertThrows(JsonRefused.class, () -> JSON.read(latin, All.class));
    }

    @Test
    void aReplacementCharacterThatWasWrittenIsRead() throws JsonRefused {
        Small small = new Small(1, Optional.of("\uFFFD"));

        assertEquals(small, JSON.read(JSON.write(small).getBytes(UTF_8), Small.class));
    }

    @Test
    void depthIsBoundedWhereverItIs() {
        String deep = "[".repeat(100_000);
        assertTrue(refusal(with("{\"number\":-3", "{\"later\":" + deep))
                .contains("nested deeper than"));
        assertThrows(JsonRefused.class, () -> Tree.parse(deep));
        assertThrows(JsonRefused.class, () -> Tree.parse("{\"a\":".repeat(100_000)));
        refusal(deep);
    }

    @Test
    void aComplaintIsOneShortLineWhateverTheTextHolds() {
        String name = "x\\n".repeat(5_000);

        String words = refusal(with("true", "true,\"" + name + "\":{\"a\"}"));

        assertTrue(words.length() <= 300, words);
    }

    @Test
    void aRecordOfASealedInterfaceSaysFirstWhichItIs() throws JsonRefused {
        Drawing drawing = new Drawing(List.of(new Shape.Circle(3), new Shape.Nothing()));
        String text = "{\"shapes\":[{\"kind\":\"Circle\",\"radius\":3},{\"kind\":\"Nothing\"}]}";

        assertEquals(text, JSON.write(drawing));
        assertEquals(drawing, JSON.read(text, Drawing.class));
        for (String wrong : List.of(
                text.replace("Circle", "Square"),
                text.replace("\"kind\":\"Nothing\"", ""),
                text.replace("\"kind\":\"Nothing\"", "\"kind\":null"),
                text.replace(
                        "\"kind\":\"Circle\",\"radius\":3", "\"radius\":3,\"kind\":\"Circle\""),
                text.replace(",\"radius\":3", ""))) {
            String words = String.valueOf(
                    assertThrows(JsonRefused.class, () -> JSON.read(wrong, Drawing.class))
                            .getMessage());
            assertTrue(words.contains("'shapes[0]") || words.contains("'shapes[1]"), words);
        }
    }

    @Test
    void whereEverythingIsWrittenAnUnknownValueIsNullAndItsFieldRequired() throws JsonRefused {
        Small small = new Small(1, Optional.empty());

        assertEquals("{\"number\":1,\"word\":null}", COMPLETE.write(small));
        assertEquals(small, COMPLETE.read("{\"number\":1,\"word\":null}", Small.class));
        String words = String.valueOf(
                assertThrows(JsonRefused.class, () -> COMPLETE.read("{\"number\":1}", Small.class))
                        .getMessage());
        assertEquals("'word' is missing", words);
    }

    @Test
    void aTreeConvertsNothing() throws JsonRefused {
        Tree tree = Tree.parse(
                "{\"t\":\"5\",\"n\":7,\"d\":1.5,\"b\":true,\"z\":null,\"l\":[1,\"x\"],\"o\":{}}");

        assertEquals(-1, tree.path("t").whole(-1));
        assertEquals(7, tree.path("n").whole(-1));
        assertEquals(-1, tree.path("d").whole(-1));
        assertEquals(1.5, tree.path("d").number(-1));
        assertEquals("7", tree.path("n").text());
        assertTrue(tree.path("b").isTrue());
        assertFalse(tree.path("t").isTrue());
        assertFalse(tree.path("z").isThere());
        assertFalse(tree.path("o").path("none").isThere());
        assertEquals("x", tree.path("l").items().get(1).text());
        assertFalse(tree.path("o").hasMembers());
        assertThrows(JsonRefused.class, () -> Tree.parse("{\"a\":1,\"a\":2}"));
    }

    @Test
    void forPeopleEachMemberHasALine() {
        Members members = new Members()
                .put("a", "x{,:[\"\\")
                .put("b", List.of(1, 2L, true))
                .put("c", new Members())
                .put("d", List.of())
                .put("e", List.of(new Members().put("f", 1), new Members().put("g", 2)));

        assertEquals(
                "{\n  \"a\" : \"x{,:[\\\"\\\\\",\n  \"b\" : [ 1, 2, true ],\n  \"c\" : { },\n"
                        + "  \"d\" : [ ],\n  \"e\" : [ {\n    \"f\" : 1\n  }, {\n    \"g\" : 2\n  } ]\n}",
                members.indented());
    }
}
