package io.pgha.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.pgha.os.Command;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** {@code packaging/bin/pgha} in a tree of its own, with a java that only tells what it was given. */
class LauncherTest {

    @TempDir
    Path tree;

    /** What the C library says of a refused connection, or a program of its failure, would else be in the host's language. */
    @Test
    void javaSpeaksNoLanguageOfTheHosts() throws Exception {
        program("java/bin/java", "#!/bin/sh\nprintf %s \"$LC_ALL\"\n");
        program(
                "packaging/bin/pgha",
                Files.readString(Path.of("packaging/bin/pgha").toAbsolutePath()));
        Files.createDirectories(tree.resolve("target"));
        Files.createFile(tree.resolve("target/pgha-1.jar"));
        Command command = Command.of(
                        List.of(tree.resolve("packaging/bin/pgha").toString(), "daemon"))
                .withEnvironment(Map.of(
                        "JAVA_HOME", tree.resolve("java").toString(),
                        "LANG", "de_DE.UTF-8",
                        "LC_ALL", "de_DE.UTF-8"));

        assertEquals("C.UTF-8", command.run(Duration.ofSeconds(30)).out());
    }

    private void program(String name, String text) throws Exception {
        Path file = tree.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
