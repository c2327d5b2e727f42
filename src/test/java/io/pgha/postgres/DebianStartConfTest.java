package io.pgha.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.postgres.PostgresControl.AtBoot;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

class DebianStartConfTest {

    @TempDir
    Path clusters;

    private Path cluster;

    @BeforeEach
    void make() throws IOException {
        cluster = Files.createDirectories(clusters.resolve("15/main"));
    }

    private Path file() {
        return cluster.resolve("start.conf");
    }

    private Optional<String> set(AtBoot atBoot) throws ControlFailed {
        return new DebianStartConf(cluster, clusters).set(atBoot);
    }

    private String said() throws IOException {
        return Files.readString(file(), StandardCharsets.ISO_8859_1);
    }

    @Test
    void commentsAndBlanksAroundTheWordAreReadAsDebianReadsThemAndStay() throws Exception {
        String before = "# auto, or not: \u00e9\n\n \tauto  # started by \u00c3\u0085sa, auto\n";
        Files.writeString(file(), before, StandardCharsets.ISO_8859_1);

        assertEquals(Optional.of(file() + " now says manual"), set(AtBoot.LEFT_ALONE));
        assertEquals(
                "# auto, or not: \u00e9\n\n \tmanual  # started by \u00c3\u0085sa, auto\n", said());
        assertEquals(Optional.of(""), set(AtBoot.LEFT_ALONE));

        assertEquals(Optional.of(file() + " now says auto"), set(AtBoot.STARTED));
        assertEquals(before, said());
    }

    @Test
    void aFileWithoutOneOfDebiansWordsIsAFailureAndStays() throws Exception {
        for (String text :
                List.of("", "# auto\n", "automatic\n", "auto\nmanual\n", "auto manual\n")) {
            Files.writeString(file(), text);

            ControlFailed failed =
                    assertThrows(ControlFailed.class, () -> set(AtBoot.LEFT_ALONE), text);

            assertTrue(failed.words().contains("Type: echo manual > " + file()), failed.words());
            assertEquals(text, said());
        }
    }

    @Test
    void debianStartsAClusterThatHasNoStartConf() throws Exception {
        assertEquals(Optional.empty(), set(AtBoot.LEFT_ALONE), "this is no cluster");

        Files.writeString(cluster.resolve("postgresql.conf"), "");
        assertEquals(Optional.of(""), set(AtBoot.STARTED));
        assertEquals(Optional.of(file() + " now says manual"), set(AtBoot.LEFT_ALONE));
        assertEquals("manual\n", said());
    }

    @Test
    void whatCannotBeReadIsNotAbsent() throws Exception {
        Files.createDirectory(file());

        assertThrows(ControlFailed.class, () -> set(AtBoot.LEFT_ALONE));
    }
}
