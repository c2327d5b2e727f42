package io.pgha.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** What the shipped units do with the exit codes of what they start. */
class UnitsTest {

    private static List<String> values(String unit, String key) throws IOException {
        return Files.readAllLines(Path.of("systemd", unit)).stream()
                .filter(line -> line.startsWith(key + "="))
                .map(line -> line.substring(key.length() + 1))
                .toList();
    }

    private static Set<String> endings(String unit) throws IOException {
        return values(unit, "RestartPreventExitStatus").stream()
                .flatMap(list -> List.of(list.split(" ")).stream())
                .collect(Collectors.toSet());
    }

    @Test
    void whatAPersonMustMendFirstIsNotStartedAgainAndAllElseIsForEver() throws IOException {
        String usage = Integer.toString(Exit.USAGE);
        assertEquals(Set.of(usage, Integer.toString(Exit.REFUSED)), endings("pgha.service"));
        assertEquals(Set.of(usage), endings("pgha-witness.service"));
        for (String unit : List.of("pgha.service", "pgha-witness.service")) {
            assertEquals(List.of("always"), values(unit, "Restart"), unit);
            assertEquals(List.of("0"), values(unit, "StartLimitIntervalSec"), unit);
        }
    }

    @Test
    void theBootHookSaysThatItIsOne() throws IOException {
        assertTrue(values("pgha-check-start.service", "ExecStart")
                .equals(List.of("/usr/bin/pgha check-start --yes --at-boot")));
    }
}
