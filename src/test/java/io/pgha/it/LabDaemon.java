package io.pgha.it;

import io.pgha.engine.Request;
import io.pgha.http.Answer;
import io.pgha.http.Call;
import io.pgha.http.ControlClient;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The pgha of one node: its daemon's life, and its commands as an administrator types them. */
final class LabDaemon {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration SOON = Duration.ofSeconds(5);

    private final LabNode node;
    private Optional<Process> process = Optional.empty();
    private Optional<Path> otherConfiguration = Optional.empty();
    private Optional<Path> otherProgram = Optional.empty();

    LabDaemon(LabNode node) {
        this.node = node;
    }

    /** Where the installed program stands, as both nodes see it. */
    static Path program(Path lab) {
        return lab.resolve("pgha/packaging/bin/pgha");
    }

    /** Starts the daemon as its unit does: PostgreSQL's owner with two ambient capabilities. Does not wait. */
    void start() {
        List<String> command = new ArrayList<>(command(List.of("daemon")));
        process = Optional.of(node.machine().spawn(node.machine().daemon(command), log()));
    }

    /** From the next start on it reads this file instead of the lab's; empty: the lab's again. */
    void configure(Optional<Path> file) {
        otherConfiguration = file;
    }

    /** From the next start on this program is used instead of the lab's; empty: the lab's again. */
    void install(Optional<Path> program) {
        otherProgram = program;
    }

    /** A daemon that is expected to refuse: run to its end, with a daemon's rights. */
    Run refused() {
        return Run.within(PATIENCE, node.machine().daemon(command(List.of("daemon"))));
    }

    /** The same without the rights that its unit gives it. */
    Run refusedWithoutRights() {
        return Run.within(PATIENCE, node.machine().postgres(command(List.of("daemon"))));
    }

    /** The same where no program can be found but java and what stands at a fixed place. */
    Run refusedWithoutPath() {
        Path jar = home().resolve("pgha/target");
        String java =
                "exec env PATH=/nonexistent \"$(command -v java)\" -jar \"$0\"/pgha-*.jar \"$@\"";
        List<String> command = new ArrayList<>(List.of("sh", "-c", java, jar.toString()));
        command.addAll(arguments(List.of("daemon")));
        return Run.within(PATIENCE, node.machine().daemon(command));
    }

    /** What it logged. */
    Path log() {
        return node.disk().resolve("log/pgha.log");
    }

    /** Everything it logged so far. */
    String logged() {
        try {
            return Files.exists(log()) ? Files.readString(log(), StandardCharsets.UTF_8) : "";
        } catch (IOException e) {
            throw new IllegalStateException("could not read " + log(), e);
        }
    }

    /** Asks it to end (SIGTERM) and waits until it has. */
    void stop() {
        signal("-TERM");
        Lab.await("pgha of " + node.name() + " ends", PATIENCE, () -> !runs());
    }

    /** SIGKILL. */
    void kill() {
        signal("-KILL");
        Lab.await("pgha of " + node.name() + " is dead", PATIENCE, () -> !runs());
    }

    /**
     * The daemon itself, to be killed without the way through a program. Taken before, so that nothing stands between a
     * moment that is waited for and the kill.
     */
    ProcessHandle handle() {
        Lab.await(
                "pgha of " + node.name() + " is a process",
                SOON,
                () -> process.stream().flatMap(Process::children).findFirst().isPresent());
        return ProcessHandle.of(pid()).orElseThrow();
    }

    /** As by its unit's OOMScoreAdjust, but not spared, which takes more rights: what it starts from now on inherits it. */
    void preferWhenMemoryRunsOut() {
        Run.of(List.of("choom", "-n", "500", "-p", Long.toString(pid()))).orFail();
    }

    /** SIGHUP, as its unit's ExecReload: it reads its configuration anew. */
    void reload() {
        signal("-HUP");
    }

    /** SIGSTOP: alive but deaf, as a stuck virtual machine. */
    void freeze() {
        signal("-STOP");
    }

    /** SIGCONT. */
    void thaw() {
        signal("-CONT");
    }

    /** Whether its control socket answers a status request, whatever the status. */
    boolean answers() {
        return status().isPresent();
    }

    /** Whether it says that nothing is wrong. */
    boolean isSteady() {
        return status().filter(DaemonStatus::isSteady).isPresent();
    }

    /** What it says of itself; empty while nobody answers. */
    Optional<DaemonStatus> status() {
        return DaemonStatus.ask(socket());
    }

    /** The state it says it is in; empty while nobody answers. */
    Optional<String> state() {
        return status().flatMap(DaemonStatus::state);
    }

    /** Whether it says that it is in that state. */
    boolean is(String state) {
        return status().filter(said -> said.is(state)).isPresent();
    }

    /** Whether it answers and carries no workflow out. */
    boolean isIdle() {
        return status().filter(DaemonStatus::isIdle).isPresent();
    }

    /** Whether, by what it knows, nothing keeps the standby of the two from taking over. */
    boolean knowsOfAnHeir() {
        return status().filter(DaemonStatus::knowsOfAnHeir).isPresent();
    }

    private Path socket() {
        return node.machine().root("/run/pgha/control.sock");
    }

    boolean runs() {
        return process.filter(Process::isAlive).isPresent();
    }

    private long pid() {
        return Machine.child(started());
    }

    private Process started() {
        return process.orElseThrow(
                () -> new IllegalStateException("no pgha runs on " + node.name()));
    }

    private void signal(String signal) {
        Machine.signal(signal, started());
    }

    /** Runs a command of pgha on this node as PostgreSQL's owner, at most a minute. */
    Run run(List<String> arguments) {
        return Run.within(PATIENCE, node.machine().postgres(command(arguments)));
    }

    /** The same without waiting for its end; what it says goes to the daemon's log. */
    Process begin(List<String> arguments) {
        return node.machine().spawn(node.machine().postgres(command(arguments)), log());
    }

    /** Asks the daemon itself, without a command's start; every part of its answer. */
    List<Answer> ask(Call call) throws IOException {
        List<Answer> said = new ArrayList<>();
        new ControlClient(socket(), Duration.ofSeconds(10), System::nanoTime).call(call, said::add);
        return said;
    }

    /** Asks for a rebuild as standby, as {@code pgha initialize} does; whether it was begun. */
    boolean rebuild() {
        Request request =
                new Request.Initialize(Request.As.STANDBY, Optional.empty(), false, false);
        try {
            return ask(Call.ask(request, SOON)).stream().allMatch(part -> part.exitCode() == 0);
        } catch (IOException e) {
            return false; // It does not answer, so it does not begin.
        }
    }

    /** Runs a command of pgha on this node as root. */
    Run runAsRoot(List<String> arguments) {
        return Run.within(PATIENCE, node.machine().root(command(arguments)));
    }

    Path home() {
        return node.mountPoint().resolveSibling("");
    }

    private List<String> command(List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(otherProgram.orElseGet(() -> program(home())).toString());
        command.addAll(arguments(arguments));
        return command;
    }

    private List<String> arguments(List<String> arguments) {
        Path file = otherConfiguration.orElseGet(() -> home().resolve("pgha.conf"));
        List<String> all = new ArrayList<>(List.of("--config", file.toString()));
        all.addAll(List.of("--node", node.name()));
        all.addAll(arguments);
        return all;
    }
}
