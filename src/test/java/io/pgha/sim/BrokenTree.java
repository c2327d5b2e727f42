package io.pgha.sim;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.Set;

/** A copy of the whole source tree with a deliberate break in it, for what only real firewalls, disks and files can show. */
final class BrokenTree {

    private static final Path HERE = Path.of("");
    private static final Set<String> LEFT_OUT = Set.of("target", ".git");

    private final Path root;

    private BrokenTree(Path root) {
        this.root = root;
    }

    /**
     * Copies the tree below {@code target} and breaks it.
     *
     * @throws IOException when the break's text is not there any more
     */
    static BrokenTree with(Tooth tooth) throws IOException {
        Path root = Path.of("target/broken", tooth.name());
        Map<Path, String> broken = tooth.broken();
        Files.walkFileTree(HERE, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes)
                    throws IOException {
                if (LEFT_OUT.contains(dir.toString())) {
                    return FileVisitResult.SKIP_SUBTREE;
                }
                Files.createDirectories(root.resolve(dir));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                    throws IOException {
                Files.copy(
                        file,
                        root.resolve(file),
                        StandardCopyOption.REPLACE_EXISTING,
                        StandardCopyOption.COPY_ATTRIBUTES);
                return FileVisitResult.CONTINUE;
            }
        });
        for (Map.Entry<Path, String> entry : broken.entrySet()) {
            Files.writeString(
                    root.resolve(entry.getKey()), entry.getValue(), StandardCharsets.UTF_8);
        }
        return new BrokenTree(root);
    }

    /** True when that integration test ran over the broken product and failed. */
    boolean fails(String test) throws IOException, InterruptedException {
        Process build = new ProcessBuilder(
                        "mvn",
                        "-B",
                        "-ntp",
                        "-Dspotless.check.skip=true",
                        "-Dtest=none",
                        "-Dsurefire.failIfNoSpecifiedTests=false",
                        "-Dit.test=" + test,
                        "verify")
                .directory(root.toFile())
                .redirectErrorStream(true)
                .redirectOutput(root.resolve("build.log").toFile())
                .start();
        boolean failed = build.waitFor() != 0;
        String log = Files.readString(root.resolve("build.log"), StandardCharsets.UTF_8);
        return failed && log.contains("There are test failures") && log.contains(test);
    }
}
