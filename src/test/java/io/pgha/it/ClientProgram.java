package io.pgha.it;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A JVM of its own in a machine, that ends when its standard input does. */
public final class ClientProgram implements AutoCloseable {

    private static final long LAST_WORDS_SECONDS = 5;

    private final Process process;
    private final Path errors;

    private ClientProgram(Process process, Path errors) {
        this.process = process;
        this.errors = errors;
    }

    /** Starts it; what it prints goes to {@code out}, what it complains of to a file beside it. */
    public static ClientProgram start(
            Machine machine, Class<?> main, List<String> flags, List<String> arguments, Path out) {
        Path errors = out.resolveSibling(out.getFileName() + ".err");
        List<String> command = new ArrayList<>(List.of("java", "-XX:+UseSerialGC"));
        command.addAll(flags);
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:-UsePerfData", "-Xshare:auto"));
        command.addAll(List.of("-cp", classPath(main), main.getName()));
        command.addAll(arguments);
        try {
            Process process = new ProcessBuilder(machine.root(command))
                    .redirectOutput(out.toFile())
                    .redirectError(errors.toFile())
                    .start();
            return new ClientProgram(process, errors);
        } catch (IOException e) {
            throw new IllegalStateException("could not start " + main.getSimpleName(), e);
        }
    }

    /** Only what the client's JVM needs, so that it does not depend on how tests are launched. */
    private static String classPath(Class<?> main) {
        return location(main) + File.pathSeparator + location(driver());
    }

    private static Class<?> driver() {
        return DriverManager.drivers()
                .<Class<?>>map(Object::getClass)
                .filter(driver -> driver.getName().startsWith("org.postgresql."))
                .findFirst()
                .orElseThrow();
    }

    private static String location(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString();
        } catch (URISyntaxException e) {
            throw new IllegalStateException("no class path for " + type, e);
        }
    }

    /**
     * Only while it runs there is something to wait for.
     *
     * @throws IllegalStateException when it has ended; shows its complaints
     */
    public void mustRun() {
        if (!process.isAlive()) {
            throw new IllegalStateException("a client ended: "
                    + Run.of(List.of("cat", errors.toString())).out());
        }
    }

    @Override
    public void close() {
        Optional<ProcessHandle> java = process.children().findFirst();
        try {
            process.getOutputStream().close();
            if (!process.waitFor(LAST_WORDS_SECONDS, TimeUnit.SECONDS)) {
                java.ifPresent(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            }
        } catch (IOException e) {
            java.ifPresent(ProcessHandle::destroyForcibly);
        } catch (InterruptedException e) {
            java.ifPresent(ProcessHandle::destroyForcibly);
            Thread.currentThread().interrupt();
        }
    }
}
