package io.pgha.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.pgha.json.JsonRefused;
import io.pgha.json.Tree;

import org.junit.jupiter.api.Test;

final class DaemonChecksTest {

    private static final long NOW = 1_700_000_000_000L;

    private static String clocks(String age, String clock) throws JsonRefused {
        Tree status = Tree.parse("{\"peer_view\":{\"heard_age_ms\":" + age
                + ",\"last\":{\"wall_clock_millis\":" + clock + "}}}");
        return DaemonChecks.clocks(status, status.path("peer_view").path("last"), NOW)
                .line();
    }

    @Test
    void aClockThatIsNotToldIsUnknownAndNotThatOf1970() throws JsonRefused {
        assertEquals(
                "warn clocks: unknown: the daemon does not say what the peer's clock shows"
                        + " -> pgha version, on both nodes",
                clocks("500", "null"));
        assertEquals(
                "warn clocks: unknown: the daemon does not say when it heard the peer's clock"
                        + " -> pgha version, on both nodes",
                clocks("null", Long.toString(NOW)));
    }

    @Test
    void clocksAreComparedByTheAgeOfWhatWasTold() throws JsonRefused {
        String far = clocks("500", Long.toString(NOW - 60_000));
        String near = clocks("60000", Long.toString(NOW - 60_000));

        assertEquals("warn clocks: the peer's differs by", far.substring(0, 34));
        assertEquals("ok   clocks: agree within", near.substring(0, 25));
    }
}
