package io.pgha.it;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** {@code pgha witness} on the lab's third host, as its unit starts it, without any capability. */
final class LabWitness {

    /** Of the witness's and both nodes' configuration: short, since a new witness moves no epoch for as long. */
    static final String LONGEST_LEASE = "15s";

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Machine machine;
    private final Path lab;
    private Optional<Process> process = Optional.empty();

    LabWitness(Machine machine, Path lab) {
        this.machine = machine;
        this.lab = lab;
    }

    /** Starts it and waits until it listens. */
    void start() {
        int before = count("listens on");
        List<String> command = List.of(
                LabDaemon.program(lab).toString(),
                "--config",
                lab.resolve("witness/witness.conf").toString(),
                "witness");
        process = Optional.of(machine.spawn(machine.postgres(command), log()));
        Lab.await("the witness listens", PATIENCE, () -> count("listens on") > before);
    }

    Machine machine() {
        return machine;
    }

    Path log() {
        return lab.resolve("witness/witness.log");
    }

    /** Everything it logged so far, every start of it. */
    String logged() {
        try {
            return Files.exists(log()) ? Files.readString(log(), StandardCharsets.UTF_8) : "";
        } catch (IOException e) {
            throw new IllegalStateException("could not read " + log(), e);
        }
    }

    private int count(String words) {
        return (int) logged().lines().filter(line -> line.contains(words)).count();
    }

    /** Whether the leases that an earlier start may have granted are over, so that the epoch moves without a cede. */
    boolean mayMove() {
        String all = logged();
        return all.indexOf("the epoch may move", all.lastIndexOf("listens on")) >= 0;
    }

    /** SIGTERM, and waits for its end. */
    void stop() {
        end("-TERM");
    }

    /** SIGKILL. */
    void kill() {
        end("-KILL");
    }

    private void end(String signal) {
        signal(signal);
        Lab.await("the witness ends", PATIENCE, () -> !runs());
    }

    /** SIGSTOP. */
    void freeze() {
        signal("-STOP");
    }

    /** SIGCONT. */
    void thaw() {
        signal("-CONT");
    }

    /** Its registers are lost; only while it does not run. */
    void forget() {
        Run.of(List.of("rm", "-rf", lab.resolve("witness/state").toString())).orFail();
    }

    boolean runs() {
        return process.filter(Process::isAlive).isPresent();
    }

    private void signal(String signal) {
        Machine.signal(
                signal, process.orElseThrow(() -> new IllegalStateException("no witness runs")));
    }
}
