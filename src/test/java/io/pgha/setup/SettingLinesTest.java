package io.pgha.setup;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The last line of a name wins in postgresql.conf, and what a failover needs is proposed once. */
class SettingLinesTest {

    private static final long KEEP_BYTES = 10L << 30;

    private static Map<String, String> lacking(String text, Map<String, Integer> least) {
        return Requirements.lacking(
                name -> SettingLines.value(text, name)
                        .orElse(Requirements.BUILT_IN.getOrDefault(name, "")),
                false,
                KEEP_BYTES,
                least);
    }

    @Test
    void earlierLinesBecomeCommentsAndTheNewOnesStandAtTheEnd() {
        String text = """
                #wal_log_hints = off
                WAL_log_hints off
                max_connections = 100 # many
                include_dir = 'conf.d'
                """;

        assertEquals("""
                #wal_log_hints = off
                #WAL_log_hints off
                max_connections = 100 # many
                include_dir = 'conf.d'
                # by pgha setup: what a failover needs
                wal_log_hints = 'on'
                """, SettingLines.with(text, Map.of("wal_log_hints", "on")));
        assertEquals(text, SettingLines.with(text, Map.of()));
    }

    @Test
    void theLastLineOfANameIsItsValue() {
        String text = "port = 1\nPort='2' # 3\n#port = 4\nport_of = 5\n";

        assertEquals(Optional.of("2"), SettingLines.value(text, "port"));
        assertEquals(Optional.empty(), SettingLines.value(text, "wal_level"));
    }

    @Test
    void whatWasProposedIsEnough() {
        Map<String, Integer> primary = Map.of("max_connections", 300, "max_wal_senders", 5);
        String text = "wal_level = minimal\nmax_wal_senders = 0\nhot_standby = off\n";

        Map<String, String> first = lacking(text, primary);
        assertEquals("replica", first.get("wal_level"));
        assertEquals("300", first.get("max_connections"));
        assertEquals("10240MB", first.get("max_slot_wal_keep_size"));
        assertEquals("*", first.get("listen_addresses"));

        String after = SettingLines.with(text, first);
        assertEquals(Map.of(), lacking(after, primary));
        assertEquals(after, SettingLines.with(after, lacking(after, primary)));
    }

    @Test
    void aDiffShowsWhatGoesAndWhatComesWithTwoLinesAroundIt() {
        assertEquals(
                List.of("...", " c", " d", "-e", "+E", " f", " g"),
                LineDiff.of("a\nb\nc\nd\ne\nf\ng\nh\n", "a\nb\nc\nd\nE\nf\ng\nh\n"));
    }
}
