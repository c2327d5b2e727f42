package io.pgha.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** config/pgha.conf is the documentation of every key, so it must say what the table says. */
class ShippedFileTest {

    private static final Path SHIPPED = Path.of("config/pgha.conf");

    /** The file with every key taken out of its comment: a # directly before a letter or a brace. */
    private static Map<String, ConfigValue> everyKey() throws IOException {
        String text = Files.readString(SHIPPED).replaceAll("(?m)^(\\s*)#(?=[a-z}])", "$1");
        Config config = ConfigFactory.parseString(text);
        Map<String, ConfigValue> keys = new TreeMap<>();
        flatten("", config.root(), keys);
        return keys;
    }

    private static void flatten(String prefix, ConfigObject block, Map<String, ConfigValue> into) {
        block.forEach((name, value) -> {
            String path = (prefix + name).replaceFirst("^nodes\\.node[12]\\.", "");
            if (value instanceof ConfigObject inner) {
                flatten(prefix + name + ".", inner, into);
            } else {
                into.put(path, value);
            }
        });
    }

    @Test
    void itListsExactlyTheKeysOfTheTable() throws IOException {
        assertEquals(
                new TreeSet<>(Keys.all().stream().<String>map(Key::path).toList()),
                new TreeSet<>(everyKey().keySet()));
    }

    @Test
    void itsValuesAreTheDefaultsOfTheTable() throws IOException, Unfit {
        Map<String, ConfigValue> keys = everyKey();
        for (Key<?> key : Keys.all()) {
            assertDefault(key, Optional.ofNullable(keys.get(key.path())).orElseThrow());
        }
    }

    private static <T> void assertDefault(Key<T> key, ConfigValue written) throws Unfit {
        if (key.equals(TimingKeys.GUARD)) {
            assertEquals("manual | failcount | gateway | witness | etcd", written.unwrapped());
            return;
        }
        T value = key.form().read(written);
        key.defaultValue().ifPresent(d -> assertEquals(d, value, key.path()));
    }

    @Test
    void itSaysDefaultMinimumAndConsequenceOfEachKey() throws IOException {
        String prose = Files.readAllLines(SHIPPED).stream()
                .map(line -> line.strip().replaceFirst("^# ?", ""))
                .collect(Collectors.joining(" "))
                .replaceAll("\\s+", " ");
        for (Key<?> key : Keys.all()) {
            String profile = key.isOfProfile() ? " (profile normal)" : "";
            String minimum = key.minimum().map(m -> " Minimum: " + m + ".").orElse("");
            String said = key.consequence() + " Default: " + key.defaultText() + profile
                    + ". Allowed: " + key.type() + "." + minimum
                    + switch (key.effect()) {
                        case RESTART -> "";
                        case LIVE, STANDBY_SETUP ->
                            " In force after " + key.effect().words() + ".";
                    };
            assertTrue(prose.contains(said), () -> "not said of " + key.path() + ": " + said);
        }
    }

    @Test
    void itsTableOfProfilesIsTrue() throws IOException {
        List<String> lines = Files.readAllLines(SHIPPED);
        for (Profile p : Profile.values()) {
            String row = String.join(
                    " ",
                    "#",
                    p.word(),
                    Quantity.text(p.interval()),
                    Quantity.text(p.probeTimeout()),
                    Integer.toString(p.maxPrimaryFailcount()),
                    Quantity.text(p.heartbeat()),
                    Quantity.text(p.fenceAfter()),
                    Quantity.text(p.gatewayTimeout()),
                    Quantity.text(p.closeTimeout()),
                    Quantity.text(p.streamTimeout()),
                    Quantity.text(p.ladderTimeout()),
                    Quantity.text(p.lease()),
                    Quantity.text(p.leaseMargin()));
            assertTrue(lines.stream().anyMatch(l -> l.replaceAll("\\s+", " ").equals(row)), row);
        }
    }

    @Test
    void asShippedItAsksForWhatHasNoDefaultAndNothingElse() {
        InvalidConfiguration refused = assertThrows(
                InvalidConfiguration.class, () -> SettingsFile.load(SHIPPED, Optional.empty()));

        assertEquals(
                List.of(
                        "guard",
                        "nodes.node1.host",
                        "nodes.node2.host",
                        "postgres.bin",
                        "postgres.data_directory"),
                refused.complaints().stream().map(Complaint::key).sorted().toList());
    }
}
