package io.pgha.it;

import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A copy of pgha that says of itself to be another version. */
public final class OtherVersion {

    private OtherVersion() {}

    /** Installs it beside the first; returns the program. */
    static Path install(Path lab, String version) {
        Path home = lab.resolve("pgha-" + version);
        Run.of(List.of("cp", "-a", lab.resolve("pgha") + "/.", home.toString())).orFail();
        try (var jars = Files.newDirectoryStream(home.resolve("target"), "pgha-*.jar")) {
            for (Path jar : jars) {
                rename(jar, version);
            }
        } catch (IOException e) {
            throw new IllegalStateException("could not make pgha " + version, e);
        }
        return home.resolve("packaging/bin/pgha");
    }

    /** Lets a jar say of itself to be another version. */
    public static void rename(Path jar, String version) throws IOException {
        try (FileSystem inside = FileSystems.newFileSystem(jar)) {
            Path manifest = inside.getPath("META-INF/MANIFEST.MF");
            Files.writeString(
                    manifest,
                    Files.readString(manifest)
                            .replaceFirst(
                                    "Implementation-Version: .*",
                                    "Implementation-Version: " + version));
        }
    }
}
