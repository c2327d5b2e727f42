package io.pgha.it;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * pgha as it was built, put where both nodes can read it (the source tree may lie in a directory closed to PostgreSQL's
 * owner), with key and configuration.
 */
final class LabInstallation {

    private LabInstallation() {}

    static void install(Path lab, LabOptions options) {
        Path source = sourceTree();
        Path target = lab.resolve("pgha/target");
        try {
            Files.createDirectories(target);
            Files.createDirectories(lab.resolve("pgha/packaging"));
        } catch (IOException e) {
            throw new IllegalStateException("could not install pgha", e);
        }
        copy(jar(source), target);
        copy(source.resolve("target/lib"), target);
        copy(source.resolve("packaging/bin"), lab.resolve("pgha/packaging"));
        Path key = lab.resolve("pair.key");
        String program = LabDaemon.program(lab).toString();
        Run.of(List.of(program, "keygen", key.toString(), "--nodes", "node1,node2"))
                .orFail();
        Run.of(List.of("chown", "postgres:postgres", key.toString())).orFail();
        Template.write(lab.resolve("pgha.conf"), configuration(lab, options));
    }

    private static String configuration(Path lab, LabOptions options) {
        Path disk = lab.resolve("disk");
        String text = """
                guard = %s
                profile = %s
                """.formatted(options.guard(), options.profile());
        return text + disk + String.join("\n", options.more()) + "\n";
    }

    private static void copy(Path from, Path into) {
        Run.of(List.of("cp", "-a", from.toString(), into.toString())).orFail();
    }

    /** The tree these classes were built in: target/test-classes lies in it. */
    private static Path sourceTree() {
        try {
            Path classes = Path.of(LabInstallation.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            return classes.resolve("../..").normalize();
        } catch (java.net.URISyntaxException e) {
            throw new IllegalStateException("no source tree", e);
        }
    }

    private static Path jar(Path source) {
        try (DirectoryStream<Path> jars =
                Files.newDirectoryStream(source.resolve("target"), "pgha-*.jar")) {
            return jars.iterator().next();
        } catch (IOException | java.util.NoSuchElementException e) {
            throw new IllegalStateException("no pgha-*.jar: run mvn package -DskipTests", e);
        }
    }
}
