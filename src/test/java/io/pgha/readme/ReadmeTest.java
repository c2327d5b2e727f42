package io.pgha.readme;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.pgha.engine.Coverage;
import io.pgha.model.Guard;
import io.pgha.model.Policy;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;

/** The README says what the code says. */
final class ReadmeTest {

    @Test
    void faultsAndDecisionTableAreThoseOfTheCode() throws IOException {
        String page = Files.readString(Readme.FILE, StandardCharsets.UTF_8);

        assertEquals(Readme.renewed(page), page, "type packaging/readme, and look at what changed");
    }

    @Test
    void underBootManualAPersonEndsWhatOnlyABootEnds() {
        Policy manual = Readme.policy(Guard.FAILCOUNT).withAtBoot(Policy.AtBoot.MANUAL);
        for (String fault : List.of(
                "both machines lose power and boot together",
                "no standby, then the primary's machine loses power")) {
            assertEquals(
                    List.of(Coverage.By.PERSON),
                    Coverage.of(manual).stream()
                            .filter(row -> row.fault().equals(fault))
                            .map(Coverage.Row::by)
                            .toList());
        }
    }

    @Test
    void whatHoldsForTheWitnessHoldsForEtcd() {
        assertEquals(
                Coverage.of(Readme.policy(Guard.WITNESS)), Coverage.of(Readme.policy(Guard.ETCD)));
    }
}
