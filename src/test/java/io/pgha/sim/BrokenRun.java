package io.pgha.sim;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * One integration test over the broken product, for what only a real firewall can show. The class path of its process begins
 * with the broken classes; beside the law that the break must hurt it runs one that the break leaves alone, so that a bed that
 * does not work is not taken for a law that was broken.
 */
final class BrokenRun {

    private static final long LIMIT_SECONDS = 180;

    private final Path log;
    private final List<String> said;

    private BrokenRun(Path log, List<String> said) {
        this.log = log;
        this.said = said;
    }

    /**
     * Builds the break aside and runs both tests.
     *
     * @throws IOException when it does not compile, or there is no end within the limit
     */
    static BrokenRun of(Tooth tooth, Tooth.Real real) throws IOException, InterruptedException {
        Path classes = Path.of("target/broken", tooth.name());
        BrokenProduct.compileInto(classes, tooth);
        Path log = classes.resolveSibling(tooth.name() + ".log");
        ProcessBuilder builder = new ProcessBuilder(
                        "java",
                        "-XX:+UseSerialGC",
                        "-cp",
                        classes + File.pathSeparator + System.getProperty("java.class.path"),
                        Judge.class.getName(),
                        real.type() + "#" + real.broken(),
                        real.type() + "#" + real.held())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().put("PGHA_REQUIRE", "netns");
        Process process = builder.start();
        boolean ended = process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS);
        process.destroy();
        if (!ended) {
            throw new IOException(real + " has no end within " + LIMIT_SECONDS + " s; see " + log);
        }
        return new BrokenRun(log, Files.readAllLines(log, StandardCharsets.UTF_8));
    }

    /** How a law went red, if it did for the reason given. */
    Optional<String> broke(Tooth.Real real) {
        return said.stream()
                .filter(line -> line.startsWith(Judge.RED + real.broken() + "()")
                        && line.contains(real.because()))
                .findFirst();
    }

    /** True when the law that has nothing to do with the break holds. */
    boolean held(Tooth.Real real) {
        return said.contains(Judge.GREEN + real.held() + "()");
    }

    /** Where to look when it is not as it should be. */
    Path log() {
        return log;
    }
}
