package io.pgha.setup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.pgha.model.NodeId;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What root writes in a directory of PostgreSQL's owner can be led nowhere else by him. Run by root, who may give files away. */
class FileStepTest {

    private static final String STRANGER = "nobody";
    private static final String BEFORE = "local all all peer\n";
    private static final String AFTER = BEFORE + "host all all 10.0.0.1/32 scram-sha-256\n";
    private static final Instant NOW = Instant.ofEpochSecond(1_700_000_000);

    @TempDir
    Path home;

    private Path his;
    private Path roots;

    @BeforeEach
    void twoDirectories() throws Exception {
        assumeTrue(Owner.isRoot(), "only root may give files away");
        his = Files.createDirectory(home.resolve("his"));
        roots = Files.createDirectory(home.resolve("roots"));
        give(his);
    }

    private static void give(Path path) throws IOException {
        UserPrincipal stranger = path.getFileSystem()
                .getUserPrincipalLookupService()
                .lookupPrincipalByName(STRANGER);
        Files.setOwner(path, stranger);
    }

    private static Path file(Path directory, String mode) throws IOException {
        Path file = Files.writeString(directory.resolve("pg_hba.conf"), BEFORE);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    }

    private static void change(Path file) throws SetupRefused {
        FileStep step =
                new FileStep(file, FileStep.read(file), AFTER, false, Optional.empty(), NOW);
        step.requireWritable();
        step.make();
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> all = Files.list(directory)) {
            return all.map(p -> p.getFileName().toString()).sorted().toList();
        }
    }

    private static void isUnsafe(Path file) {
        SetupRefused refused = assertThrows(SetupRefused.class, () -> change(file));
        assertEquals(SetupRefused.Why.SAFETY, refused.why());
        assertTrue(refused.words().contains(file.toString()), refused::words);
    }

    @Test
    void hisLinkIsNotFollowedToAFileOfRoots() throws Exception {
        Path target = file(roots, "rw-------");
        Path link = Files.createSymbolicLink(his.resolve("pg_hba.conf"), target);

        isUnsafe(link);

        assertEquals(BEFORE, Files.readString(target));
        assertEquals("root", Files.getOwner(target).getName());
        assertEquals(List.of("pg_hba.conf"), names(roots));
    }

    @Test
    void hisLinkIsNotFollowedToADirectoryOfRoots() throws Exception {
        file(roots, "rw-------");
        Files.createSymbolicLink(his.resolve("conf"), Path.of("../roots"));

        isUnsafe(his.resolve("conf/pg_hba.conf"));
        isUnsafe(his.resolve("conf/new.conf"));

        assertEquals(List.of("pg_hba.conf"), names(roots));
    }

    @Test
    void hisLinkThatChangesAfterTheLookIsNotFollowedToAFileOfRoots() throws Exception {
        Path own = file(his, "rw-------");
        give(own);
        Path target = file(roots, "rw-------");
        FileStep step = new FileStep(own, FileStep.read(own), AFTER, false, Optional.empty(), NOW);
        step.requireWritable();
        Files.delete(own);
        Files.createSymbolicLink(own, target);

        assertThrows(SetupRefused.class, step::make);
        assertThrows(SetupRefused.class, step::undo);

        assertEquals(BEFORE, Files.readString(target));
        assertEquals(List.of("pg_hba.conf"), names(roots));
    }

    @Test
    void hisLinkIsFollowedToAFileOfHis() throws Exception {
        Path target = file(roots, "rw-r-----");
        give(target);
        Path link = Files.createSymbolicLink(his.resolve("pg_hba.conf"), target);

        change(link);

        assertTrue(Files.isSymbolicLink(link));
        assertEquals(AFTER, Files.readString(target));
        assertEquals(STRANGER, Files.getOwner(target).getName());
        assertEquals(List.of("pg_hba.conf", "pg_hba.conf.pgha-20231114-221320"), names(roots));
    }

    @Test
    void aLinkOfRootsIsFollowed() throws Exception {
        Path target = file(roots, "rw-r-----");
        Path other = Files.createDirectory(home.resolve("other"));

        change(Files.createSymbolicLink(
                other.resolve("pg_hba.conf"), Path.of("../roots/pg_hba.conf")));

        assertEquals(AFTER, Files.readString(target));
    }

    @Test
    void aFileKeepsOwnerAndModeAndLeavesNothingButItsCopy() throws Exception {
        Path file = file(his, "rw-r-----");
        give(file);

        change(file);

        assertEquals(AFTER, Files.readString(file));
        assertEquals(
                BEFORE, Files.readString(file.resolveSibling("pg_hba.conf.pgha-20231114-221320")));
        for (String name : names(his)) {
            Path each = his.resolve(name);
            assertEquals(STRANGER, Files.getOwner(each).getName(), name);
            assertEquals(
                    "rw-r-----",
                    PosixFilePermissions.toString(Files.getPosixFilePermissions(each)),
                    name);
        }
        assertEquals(2, names(his).size(), () -> "left in " + his);
    }

    @Test
    void aNewSecretBelongsToWhomItIsGivenTo() throws Exception {
        Path file = roots.resolve("pgpass");
        Owner owner = new Owner(STRANGER, Owner.of(his).group());

        new FileStep(file, Optional.empty(), AFTER, true, Optional.of(owner), NOW).make();

        assertEquals(STRANGER, Files.getOwner(file).getName());
        assertEquals(
                "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        assertEquals(List.of("pgpass"), names(roots));
    }

    @Test
    void aKeyIsMadeForItsOwnerAndALinkInItsPlaceIsNotGivenAway() throws Exception {
        Owner owner = new Owner(STRANGER, Owner.of(his).group());
        KeyStep step = new KeyStep(
                his.resolve("pair.key"), new NodeId("node1"), new NodeId("node2"), owner, NOW);
        Path target = Files.move(file(roots, "rw-------"), roots.resolve("secret"));
        Files.createSymbolicLink(step.file(), target);

        assertThrows(SetupRefused.class, step::make);

        assertEquals("root", Files.getOwner(target).getName());
        Files.delete(step.file());
        step.make();
        assertEquals(STRANGER, Files.getOwner(step.file()).getName());
        assertEquals(List.of("pair.key"), names(his));
        Files.setOwner(step.file(), Files.getOwner(target));
        assertTrue(step.isNeeded());
        step.make();
        assertEquals(STRANGER, Files.getOwner(step.file()).getName());
        assertEquals(List.of("pair.key"), names(his));
    }
}
