package io.pgha.booted;

import io.pgha.it.OtherVersion;
import io.pgha.it.Run;
import io.pgha.model.PeerMessage;

import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The built package once more as another version, made from the same source: its number in the package and in the jar's name and
 * manifest, and the version of the daemons' link that it speaks.
 */
record OtherPackage(Path deb) {

    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final Path SOURCE = Path.of("src/main/java/io/pgha");
    private static final String CONSTANT = "PROTOCOL = %d;";

    private static final String UNPACK = """
            set -e
            dpkg-deb -R "$1" "$2/package"
            sed -i "s/^Version: .*/Version: $3-1/" "$2/package/DEBIAN/control"
            mv "$2"/package/usr/share/pgha/pgha-*.jar "$2/package/usr/share/pgha/pgha-$3.jar"
            """;

    private static final String PACK =
            "dpkg-deb --root-owner-group -Zgzip -z1 -b \"$2/package\" \"$2/pgha_$3-1_all.deb\"";

    /**
     * Makes it.
     *
     * @param home where a directory for it is made
     * @param version its number
     * @param steps how much later than the built package's the version of its link is
     */
    static OtherPackage make(Path home, String version, int steps) {
        Path directory = home.resolve("pgha-" + version);
        Path jar = directory.resolve("package/usr/share/pgha/pgha-" + version + ".jar");
        try {
            Files.createDirectories(directory);
            run(UNPACK, directory, version);
            compile(directory, steps);
            OtherVersion.rename(jar, version);
            replace(jar, directory.resolve("classes"));
            run(PACK, directory, version);
        } catch (IOException e) {
            throw new IllegalStateException("could not make pgha " + version, e);
        }
        return new OtherPackage(directory.resolve("pgha_" + version + "-1_all.deb"));
    }

    private static void run(String script, Path directory, String version) {
        String built = Installation.built("pgha").toAbsolutePath().toString();
        List<String> arguments = List.of(built, directory.toString(), version);
        List<String> command = new ArrayList<>(List.of("bash", "-c", script, "pack"));
        command.addAll(arguments);
        Run.within(PATIENCE, command).orFail();
    }

    /** The class with the constant, and the one that it is compiled into. */
    private static void compile(Path directory, int steps) throws IOException {
        Path source = directory.resolve("PeerMessage.java");
        String text = Files.readString(SOURCE.resolve("model/PeerMessage.java"));
        String here = CONSTANT.formatted(PeerMessage.PROTOCOL);
        String other = text.replace(here, CONSTANT.formatted(PeerMessage.PROTOCOL + steps));
        if (other.equals(text)) {
            throw new IllegalStateException("no " + here + " in " + source.getFileName());
        }
        Files.writeString(source, other);
        List<String> javac = List.of(
                "javac",
                "-nowarn",
                "-proc:none",
                "-implicit:none",
                "-parameters",
                "-XDstringConcat=inline",
                "--release",
                "17",
                "-d",
                directory.resolve("classes").toString(),
                "-cp",
                classPath(directory),
                source.toString(),
                SOURCE.resolve("engine/Messages.java").toString());
        Run.within(PATIENCE, javac).orFail();
    }

    /** What is in the package. */
    private static String classPath(Path directory) {
        Path home = directory.resolve("package/usr/share/pgha");
        return home + "/*:" + home + "/lib/*";
    }

    private static void replace(Path jar, Path classes) throws IOException {
        try (FileSystem inside = FileSystems.newFileSystem(jar);
                var all = Files.walk(classes)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                Path there = inside.getPath(classes.relativize(file).toString());
                Files.copy(file, there, StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }
}
