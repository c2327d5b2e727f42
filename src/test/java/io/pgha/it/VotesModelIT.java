package io.pgha.it;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The model of votes, leases, cede, claim, resume and abdication (src/test/spin/votes.pml), every order of the faults, by Spin. */
@Tag("netns")
@NeedsNamespaces
class VotesModelIT {

    private static final Duration LIMIT = Duration.ofMinutes(10);
    private static final Path MODEL = Path.of("src/test/spin/votes.pml").toAbsolutePath();

    @TempDir
    Path directory;

    @Test
    void noTwoOwnersAndNoStateWithoutExitInAnyOrderOfSixFaults() {
        String said = check(List.of("-DFAULTS=6"));
        assertTrue(said.contains("errors: 0"), said);
        assertFalse(said.contains("max search depth too small"), said);
        said.lines()
                .filter(line -> line.contains("states, stored"))
                .forEach(line -> System.out.println("votes.pml:" + line));
    }

    @ParameterizedTest
    @ValueSource(strings = {"V", "C", "R", "S", "A"})
    void withoutAnyOneOfTheFourRulesOrTheAnswerToAnAbdicationFiveFaultsAreEnough(String rule) {
        String said = check(List.of("-DFAULTS=5", "-DNO_" + rule));
        assertTrue(said.contains("errors: 1"), said);
    }

    private String check(List<String> definitions) {
        List<String> spin = new ArrayList<>(List.of("spin", "-a"));
        spin.addAll(definitions);
        spin.add(MODEL.toString());
        inside(spin).orFail();
        inside(List.of("gcc", "-O2", "-DSAFETY", "-DCOLLAPSE", "-o", "pan", "pan.c"))
                .orFail();
        return inside(List.of("./pan", "-m200000")).orFail().out();
    }

    private Run inside(List<String> command) {
        List<String> all = new ArrayList<>(List.of("env", "-C", directory.toString()));
        all.addAll(command);
        return Run.within(LIMIT, all);
    }
}
