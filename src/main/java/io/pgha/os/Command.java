package io.pgha.os;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A program with an argument list, a deadline and bounded output; never a shell. The caller waits on its own thread; two
 * short-lived threads read the output. Standard input is empty unless given, so that no program can wait for a person.
 *
 * @param argv program and arguments; no secret may be among them
 * @param environment added to this process's own
 * @param input standard input
 * @param directory working directory; empty: this process's own
 * @param grouped it leads a session and process group of its own, which is killed as a whole at the deadline: a child whose
 *     parent has ended is then reached as well
 */
public record Command(
        List<String> argv,
        Map<String, String> environment,
        Optional<String> input,
        Optional<Path> directory,
        boolean grouped) {

    /** Output beyond this is read and thrown away; {@link Result#wholeOut} says so. */
    private static final int OUTPUT_BYTES = 1 << 20;

    /** By name: "all" is refused where the kernel knows more of them than setpriv does. */
    private static final String GIVEN = "-net_admin,-net_raw";

    public Command {
        argv = List.copyOf(argv);
        environment = Map.copyOf(environment);
    }

    /** A program without input, in this process's environment and directory. */
    public static Command of(List<String> argv) {
        return new Command(argv, Map.of(), Optional.empty(), Optional.empty(), false);
    }

    public Command withEnvironment(Map<String, String> added) {
        return new Command(argv, added, input, directory, grouped);
    }

    public Command withInput(String text) {
        return new Command(argv, environment, Optional.of(text), directory, grouped);
    }

    public Command in(Path workingDirectory) {
        return new Command(argv, environment, input, Optional.of(workingDirectory), grouped);
    }

    /** Without the two capabilities that the daemon's unit gives it and what it starts (setpriv(1)). */
    public Command withoutCapabilities() {
        List<String> all = new ArrayList<>(
                List.of("setpriv", "--ambient-caps=" + GIVEN, "--inh-caps=" + GIVEN));
        all.addAll(argv);
        return new Command(all, environment, input, directory, grouped);
    }

    /** In a process group of its own (setsid(1)), so that nothing it started outlives its deadline. */
    public Command inOwnGroup() {
        return new Command(argv, environment, input, directory, true);
    }

    /**
     * What came of it.
     *
     * @param exitCode the program's; 128 + n when a signal n ended it
     * @param out standard output, as much as was read of it
     * @param err standard error, at most 1 MB
     * @param took wall time
     * @param cut the program, and why its standard output is not whole; empty: it is
     */
    public record Result(
            int exitCode, String out, String err, Duration took, Optional<String> cut) {
        public boolean isOk() {
            return exitCode == 0;
        }

        /**
         * Standard output, for whoever concludes something from what is not in it.
         *
         * @throws CommandFailed when it was not read to its end
         */
        public String wholeOut() throws CommandFailed {
            if (cut.isPresent()) {
                throw new CommandFailed(cut.get());
            }
            return out;
        }

        /** The last words of the program, for an error message: standard error, or output when that is empty. */
        public String lastWords() {
            String text = (err.isBlank() ? out : err).strip();
            int from = Math.max(0, text.length() - 400);
            return text.substring(from).replaceAll("\\s*\\n\\s*", "; ");
        }
    }

    /**
     * Runs it to its end.
     *
     * @throws CommandFailed when it cannot be started, or does not end within {@code deadline}: it and its children are
     *     killed then
     */
    public Result run(Duration deadline) throws CommandFailed {
        long begun = System.nanoTime();
        Process process = start();
        CompletableFuture<Output> out = reader(process.getInputStream(), "stdout");
        CompletableFuture<Output> err = reader(process.getErrorStream(), "stderr");
        try {
            feed(process);
            if (!process.waitFor(deadline.toMillis(), TimeUnit.MILLISECONDS)) {
                kill(process);
                throw new CommandFailed(words() + " did not end within " + deadline.toMillis()
                        + " ms and was killed");
            }
            Output output = finish(out);
            Output errors = finish(err);
            return new Result(
                    process.exitValue(),
                    output.text(),
                    errors.text(),
                    Duration.ofNanos(System.nanoTime() - begun),
                    output.cut().map(why -> words() + " " + why));
        } catch (InterruptedException e) {
            kill(process);
            Thread.currentThread().interrupt();
            throw new CommandFailed(words() + " was abandoned, since this process is stopping");
        }
    }

    /** As {@link #run}, and a non-zero exit code is a failure that quotes the program's last words. */
    public Result runOk(Duration deadline) throws CommandFailed {
        Result result = run(deadline);
        if (!result.isOk()) {
            throw new CommandFailed(words() + " exited " + result.exitCode() + " after "
                    + result.took().toMillis() + " ms: " + result.lastWords());
        }
        return result;
    }

    private Process start() throws CommandFailed {
        List<String> all = new ArrayList<>(grouped ? List.of("setsid") : List.of());
        all.addAll(argv);
        ProcessBuilder builder = new ProcessBuilder(all);
        builder.environment().keySet().removeAll(SystemdNotify.VARIABLES);
        builder.environment().putAll(environment);
        directory.ifPresent(path -> builder.directory(path.toFile()));
        if (input.isEmpty()) {
            builder.redirectInput(
                    ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
        }
        try {
            return builder.start();
        } catch (IOException e) {
            throw new CommandFailed(words() + " could not be started: " + e.getMessage());
        }
    }

    private void feed(Process process) {
        if (input.isEmpty()) {
            return;
        }
        try (OutputStream in = process.getOutputStream()) {
            in.write(input.get().getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            // It ended without reading all of its input; its exit code and words say why.
            return;
        }
    }

    private record Output(String text, Optional<String> cut) {}

    private static CompletableFuture<Output> reader(InputStream stream, String name) {
        CompletableFuture<Output> output = new CompletableFuture<>();
        Thread thread =
                new Thread(null, () -> output.complete(read(stream)), "command-" + name, 128 << 10);
        thread.setDaemon(true);
        thread.start();
        return output;
    }

    private static Output read(InputStream stream) {
        byte[] kept = new byte[0];
        try (stream) {
            kept = stream.readNBytes(OUTPUT_BYTES);
            boolean more = stream.read() >= 0;
            stream.transferTo(OutputStream.nullOutputStream());
            return new Output(
                    new String(kept, StandardCharsets.UTF_8),
                    more ? Optional.of("printed more than 1 MB") : Optional.empty());
        } catch (IOException e) {
            return new Output(
                    new String(kept, StandardCharsets.UTF_8),
                    Optional.of("printed what could not be read: " + e.getMessage()));
        }
    }

    /** A grandchild that keeps the pipe open must not hold us. */
    private static Output finish(CompletableFuture<Output> output) throws InterruptedException {
        try {
            return output.get(500, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return new Output("", Optional.of("ended, and what it started keeps its output open"));
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    private void kill(Process process) {
        if (grouped) {
            Kernel.killGroup(process.pid());
        }
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    /** The command as an operator could type it. */
    public String words() {
        return String.join(" ", argv);
    }
}
