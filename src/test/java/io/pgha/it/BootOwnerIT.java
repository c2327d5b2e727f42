package io.pgha.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** pgha-boot on an installation in a directory, with the systemctl of this machine. */
@Tag("packages")
@NeedsPackagingTools
class BootOwnerIT {

    private static final String PGHA = "pgha.service";

    @TempDir
    Path root;

    @BeforeEach
    void install() throws IOException {
        Path units = Files.createDirectories(root.resolve("usr/lib/systemd/system"));
        for (String unit : List.of(PGHA, "pgha-gate.service", "pgha-check-start.service")) {
            Files.copy(Path.of("systemd", unit), units.resolve(unit));
        }
        Files.writeString(
                units.resolve("postgresql-15.service"),
                "[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\n");
        Files.createDirectories(root.resolve("etc/postgresql/15/main"));
    }

    private Run boot(String... words) {
        List<String> command =
                new ArrayList<>(List.of("packaging/bin/pgha-boot", "--root", root.toString()));
        command.addAll(List.of(words));
        return Run.of(command);
    }

    private boolean isEnabled(String unit) {
        return Files.exists(
                root.resolve("etc/systemd/system/multi-user.target.wants").resolve(unit),
                LinkOption.NOFOLLOW_LINKS);
    }

    private Path startConf() {
        return root.resolve("etc/postgresql/15/main/start.conf");
    }

    @Test
    void aUnitThatWasEnabledIsEnabledAgain() {
        Run.of(List.of("systemctl", "--root=" + root, "enable", "postgresql-15"))
                .orFail();

        boot("take", "postgresql-15").orFail();
        boot("take", "postgresql-15").orFail();
        assertTrue(isEnabled(PGHA) && isEnabled("pgha-check-start.service"));
        assertTrue(!isEnabled("postgresql-15.service"));

        boot("give-back").orFail();
        assertTrue(!isEnabled(PGHA) && !isEnabled("pgha-check-start.service"));
        assertTrue(isEnabled("postgresql-15.service"));
        boot("give-back").orFail();
    }

    @Test
    void aUnitThatWasDisabledStaysDisabled() {
        boot("take", "postgresql-15.service").orFail();
        boot("give-back").orFail();

        assertTrue(!isEnabled("postgresql-15.service"));
    }

    @Test
    void aClusterOfDebianIsTakenAndGivenBackInItsStartConf() throws IOException {
        Files.writeString(startConf(), "# Automatic startup configuration\nauto\n");

        boot("take", "postgresql@15-main").orFail();
        assertEquals("# Automatic startup configuration\nmanual\n", Files.readString(startConf()));

        boot("give-back").orFail();
        assertEquals("# Automatic startup configuration\nauto\n", Files.readString(startConf()));
    }

    @Test
    void aWordThatDebianReadsIsReadWithWhateverStandsAroundIt() throws IOException {
        for (String around : List.of(
                "%s   # started by ops\n",
                "  %s#x\n", "\n# auto\n\t%s \r\n", "# caf\u00e9\n%s # \u00e9")) {
            byte[] before = around.formatted("auto").getBytes(StandardCharsets.ISO_8859_1);
            Files.write(startConf(), before);
            assertEquals("auto", asDebianReads());

            boot("take", "postgresql@15-main").orFail();
            assertEquals("manual", asDebianReads());

            boot("give-back").orFail();
            assertEquals(
                    around.formatted("auto").strip(),
                    Files.readString(startConf(), StandardCharsets.ISO_8859_1).strip());
        }
    }

    @Test
    void aClusterOfDebianWithoutAStartConfIsStartedByDebianAndThereforeTaken() throws IOException {
        Files.writeString(startConf().resolveSibling("postgresql.conf"), "");

        boot("take", "postgresql@15-main").orFail();
        assertEquals("manual", asDebianReads());

        boot("give-back").orFail();
        assertEquals("auto", asDebianReads());
    }

    @Test
    void aStartConfWithoutOneWordTakesNothing() throws IOException {
        for (String said :
                List.of("", "# auto\n", "automatic\n", "auto\nmanual\n", "auto manual\n")) {
            Files.writeString(startConf(), said);

            Run run = boot("take", "postgresql@15-main");

            assertEquals(1, run.code(), said);
            assertTrue(run.err().contains("Type: echo auto > " + startConf()), run.err());
            assertEquals(said, Files.readString(startConf()));
            assertTrue(!isEnabled(PGHA));
        }
    }

    @Test
    void aClusterOfDebianWhoseUnitIsEnabledBesideItsStartConfIsTakenAndGivenBackInBoth()
            throws IOException {
        Files.writeString(
                root.resolve("usr/lib/systemd/system/postgresql@.service"),
                "[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\n");
        Run.of(List.of("systemctl", "--root=" + root, "enable", "postgresql@15-main"))
                .orFail();
        for (String word : List.of("auto", "manual")) {
            Files.writeString(startConf(), word + "\n");

            boot("take", "postgresql@15-main").orFail();
            boot("take", "postgresql@15-main").orFail();
            assertEquals("manual", asDebianReads());
            assertTrue(!isEnabled("postgresql@15-main.service"));

            boot("give-back").orFail();
            assertEquals(word, asDebianReads());
            assertTrue(isEnabled("postgresql@15-main.service"));
        }
    }

    /** The expression of postgresql-common's generator for systemd. */
    private String asDebianReads() {
        return Run.of(List.of(
                        "env",
                        "LC_ALL=C",
                        "sed",
                        "s/#.*$//; /^[[:space:]]*$/d; s/^\\s*//; s/\\s*$//",
                        startConf().toString()))
                .orFail()
                .out()
                .strip();
    }

    @Test
    void whatAPersonChangedMeanwhileIsLeft() throws IOException {
        Files.writeString(startConf(), "auto\n");
        boot("take", "postgresql@15-main").orFail();
        Files.writeString(startConf(), "disabled\n");

        boot("give-back").orFail();

        assertEquals("disabled\n", Files.readString(startConf()));
    }

    @Test
    void aNameThatIsNoUnitChangesNothing() {
        assertEquals(1, boot("take", "postgresql-99").code());
        assertEquals(2, boot("take", "../../etc/passwd").code());
        assertEquals(2, boot("take").code());
        assertEquals(2, boot("open-for-good").code());
        assertTrue(!isEnabled(PGHA));
    }
}
