package io.pgha.it;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * pgha as it was built, put once per JVM where PostgreSQL's owner can read it (the source tree may lie in a directory
 * closed to it), with the keys of a pair: every lab is installed from it.
 */
final class LabProgram {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final LabProgram ONLY = new LabProgram(LabDirectory.make("program"));

    private final Path home;

    private LabProgram(LabDirectory home) {
        this.home = home.path();
        Runtime.getRuntime().addShutdownHook(new Thread(home::remove, "remove the program"));
        Path source = sourceTree();
        try {
            Files.createDirectories(tree().resolve("target"));
            Files.createDirectories(tree().resolve("packaging"));
        } catch (IOException e) {
            throw new IllegalStateException("could not install pgha", e);
        }
        copy(jar(source), tree().resolve("target"));
        copy(source.resolve("target/lib"), tree().resolve("target"));
        copy(source.resolve("packaging/bin"), tree().resolve("packaging"));
        copy(source.resolve("packaging/classes"), tree().resolve("packaging"));
        String key = this.home.resolve("pair.key").toString();
        String orders = this.home.resolve("witness.key").toString();
        String program = tree().resolve("packaging/bin/pgha").toString();
        Run.within(PATIENCE, List.of(program + "-class-data")).orFail();
        Run.within(PATIENCE, List.of(program, "keygen", key, "--nodes", "node1,node2"))
                .orFail();
        Run.within(PATIENCE, List.of(program, "keygen", key, "--for-witness", orders))
                .orFail();
    }

    private Path tree() {
        return home.resolve("pgha");
    }

    /** Links the program to {@code lab/pgha} and copies the pair's key there. */
    static void install(Path lab, Path key) {
        try {
            Files.createSymbolicLink(lab.resolve("pgha"), ONLY.tree());
        } catch (IOException e) {
            throw new IllegalStateException("could not install pgha", e);
        }
        give("pair.key", key);
    }

    /** Copies the witness's part of the key to {@code key}. */
    static void installWitness(Path key) {
        give("witness.key", key);
    }

    private static void give(String name, Path key) {
        copy(ONLY.home.resolve(name), key);
        Run.of(List.of("chown", "postgres:postgres", key.toString())).orFail();
    }

    private static void copy(Path from, Path to) {
        Run.of(List.of("cp", "-a", from.toString(), to.toString())).orFail();
    }

    /** The tree these classes were built in: target/test-classes lies in it. */
    static Path sourceTree() {
        try {
            Path classes = Path.of(LabProgram.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            return classes.resolve("../..").normalize();
        } catch (URISyntaxException e) {
            throw new IllegalStateException("no source tree", e);
        }
    }

    private static Path jar(Path source) {
        try (DirectoryStream<Path> jars =
                Files.newDirectoryStream(source.resolve("target"), "pgha-*.jar")) {
            return jars.iterator().next();
        } catch (IOException | NoSuchElementException e) {
            throw new IllegalStateException("no pgha-*.jar: run mvn package -DskipTests", e);
        }
    }
}
