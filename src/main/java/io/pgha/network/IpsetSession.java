package io.pgha.network;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A held {@code ipset -} program: a command is a line to it, so that a toggle costs no fork. Used by one thread; {@link #abandon}
 * may be called by any.
 *
 * <p>Its standard output is buffered and thus no acknowledgement. Standard error is not: after the commands a set name that is too
 * long to exist is tested, and the complaint, which quotes that name, says that everything before it was carried out.
 *
 * <p>A program left over from an earlier daemon could carry out a late line from its pipe; it is ended before a new one starts.
 */
final class IpsetSession {

    private static final String MARK = "PGHA_GATE";
    private static final String ERROR = "ipset v";
    private static final int MOST_LINES = 10_000;
    private static final long END_SECONDS = 2;

    private final String owner;
    private volatile Optional<Process> program = Optional.empty();
    private Optional<BufferedReader> words = Optional.empty();
    private long number;
    private volatile boolean abandoned;

    IpsetSession(String owner) {
        this.owner = owner;
    }

    /** What the program said to a batch of commands: one line for each test and each error, in order. */
    record Said(List<String> lines) {

        Optional<String> error() {
            return lines.stream().filter(line -> line.startsWith(ERROR)).findFirst();
        }

        /** Whether a test found the port in the set. */
        boolean has(String set, int port) {
            return lines.contains("Warning: " + port + " is in set " + set + ".");
        }

        /** Whether a test was answered at all: an answer without means that the set does not exist. */
        boolean answered(String set, int port) {
            return has(set, port) || lines.contains(port + " is NOT in set " + set + ".");
        }
    }

    /** Begins a call of the gate, which may carry out several batches. */
    void begin() {
        abandoned = false;
    }

    /** Ends the call that is being made, from another thread: nothing of it is carried out any more. */
    void abandon() {
        abandoned = true;
        end();
    }

    /**
     * Carries out commands and waits for the acknowledgement, without a deadline of its own: {@link #abandon} cuts it short. A
     * program that has died by itself is replaced once; so the commands must be such that they can be repeated.
     */
    Said run(List<String> commands) throws GateException {
        if (program.map(Process::isAlive).orElse(false)) {
            try {
                return exchange(commands);
            } catch (IOException | UncheckedIOException e) {
                // Unless it was ended on purpose, a new one is tried, and says why if it dies as
                // well.
                end();
            }
        }
        if (!abandoned) {
            start();
            try {
                return exchange(commands);
            } catch (IOException | UncheckedIOException e) {
                end();
                if (!abandoned) {
                    throw new GateException(
                            "ipset ended in the middle of '" + String.join("; ", commands) + "': "
                                    + e.getMessage() + ". "
                                    + Privilege.hint("Check: ipset list"),
                            e);
                }
            }
        }
        throw new GateException("abandoned: " + String.join("; ", commands));
    }

    private Said exchange(List<String> commands) throws IOException {
        // Longer than the 31 letters that a set's name may have.
        String mark = String.format("pgha-acknowledge-%020d", ++number);
        Process to = program.orElseThrow();
        StringBuilder text = new StringBuilder();
        commands.forEach(command -> text.append(command).append('\n'));
        text.append("test ").append(mark).append(" 1\n");
        to.getOutputStream().write(text.toString().getBytes(StandardCharsets.US_ASCII));
        to.getOutputStream().flush();
        List<String> lines = new ArrayList<>();
        BufferedReader from = words.orElseThrow();
        while (lines.size() < MOST_LINES) {
            String line = from.readLine();
            if (line == null) {
                throw new IOException("it closed its output after " + lines);
            }
            if (line.contains(mark)) {
                return new Said(List.copyOf(lines));
            }
            if (!line.isBlank()) {
                lines.add(line.strip());
            }
        }
        throw new IOException("it does not stop talking");
    }

    private void start() throws GateException {
        end();
        endOrphans();
        ProcessBuilder builder = new ProcessBuilder("ipset", "-!", "-");
        builder.environment().put("LC_ALL", "C");
        builder.environment().put(MARK, owner);
        builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
        try {
            Process started = builder.start();
            words = Optional.of(started.errorReader(StandardCharsets.US_ASCII));
            program = Optional.of(started);
        } catch (IOException e) {
            throw new GateException(
                    "starting ipset failed: " + e.getMessage()
                            + ". Install it (Debian: apt install ipset; RHEL: dnf install ipset), or"
                            + " set gate.backend = nftables",
                    e);
        }
    }

    /** Kills the program, and with it what it has not yet carried out. Returns when it is gone. */
    void end() {
        Optional<Process> old = program;
        program = Optional.empty();
        old.ifPresent(process -> {
            process.destroyForcibly();
            await(process.toHandle());
        });
    }

    private static void await(ProcessHandle process) {
        try {
            process.onExit().get(END_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (java.util.concurrent.ExecutionException
                | java.util.concurrent.TimeoutException e) {
            // Killed and not gone: it is in the kernel, and reads no further line.
            return;
        }
    }

    /** Ends programs of a daemon that is gone: same mark, same network, and no parent that would hold them. */
    private void endOrphans() {
        try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
            all.filter(process -> process.info()
                            .command()
                            .map(path -> path.endsWith("ipset"))
                            .orElse(false))
                    .filter(this::isOrphan)
                    .forEach(process -> {
                        process.destroyForcibly();
                        await(process);
                    });
        }
    }

    private boolean isOrphan(ProcessHandle process) {
        Path proc = Path.of("/proc/" + process.pid());
        boolean held = process.parent()
                .flatMap(parent -> parent.info().command())
                .map(path -> path.endsWith("java"))
                .orElse(false);
        try {
            String environment = Files.readString(proc.resolve("environ"), StandardCharsets.UTF_8);
            return !held
                    && environment.contains(MARK + "=" + owner + "\0")
                    && Files.readSymbolicLink(proc.resolve("ns/net"))
                            .equals(Files.readSymbolicLink(Path.of("/proc/self/ns/net")));
        } catch (IOException e) {
            return false; // It ended meanwhile, or is another user's and thus not ours.
        }
    }
}
