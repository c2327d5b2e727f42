package io.pgha.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * repmgr on one node: its configuration, its repmgrd, its commands as PostgreSQL's owner types them, and an SSH server by
 * which the other node's {@code standby switchover} gives orders here.
 *
 * <p>repmgrd is set as sharp as it can be set without a look becoming a failure: it looks each second, and fails over after
 * two misses a second apart.
 */
final class RepmgrNode {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration COPY = Duration.ofMinutes(5);

    /** Where PostgreSQL's owner is at home, and ssh looks for its keys. */
    private static final String HOME = "/var/lib/postgresql";

    private static final String SETTINGS = """
            node_id=%1$d
            node_name='%2$s'
            conninfo='%3$s'
            data_directory='%4$s/data'
            pg_bindir='%5$s'
            failover=automatic
            monitor_interval_secs=1
            reconnect_attempts=2
            reconnect_interval=1
            promote_command='%5$s/repmgr standby promote -f %4$s/repmgr.conf'
            follow_command='%5$s/repmgr standby follow -f %4$s/repmgr.conf --upstream-node-id=%%n'
            service_start_command='%5$s/pg_ctl -D %4$s/data -l %4$s/log/postgresql.log -w start'
            ssh_options='-q -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null'
            """;

    private final LabNode node;
    private Optional<Process> repmgrd = Optional.empty();

    private RepmgrNode(LabNode node) {
        this.node = node;
    }

    /** Puts configuration and keys on the node's disk. Nothing is started. */
    static RepmgrNode install(LabNode node, Path keys) {
        String settings = SETTINGS.formatted(
                node.number(), node.name(), conninfo(node), node.mountPoint(), Template.bin());
        Template.write(node.disk().resolve("repmgr.conf"), settings);
        String home = node.disk().resolve("home").toString();
        String copy =
                "mkdir -p $1/.ssh && cp $0/* $1/.ssh && chown -R postgres: $1 && chmod -R go= $1";
        Run.of(List.of("bash", "-c", copy, keys.toString(), home)).orFail();
        return new RepmgrNode(node);
    }

    /** How each of its programs reaches a node's database. */
    static String conninfo(LabNode node) {
        return "host=" + node.address() + " user=repmgr dbname=repmgr connect_timeout=1";
    }

    /** What starts at each boot beside PostgreSQL. */
    void start() {
        List<String> mount =
                List.of("mount", "--bind", node.mountPoint().resolve("home").toString(), HOME);
        Run.of(node.machine().root(mount)).orFail();
        String key = node.mountPoint().resolve("home/.ssh/host").toString();
        List<String> server = List.of("dropbear", "-F", "-E", "-s", "-r", key);
        node.machine().spawn(node.machine().root(server), log());
    }

    /** Starts repmgrd, or anew where it runs, and waits until it has looked after PostgreSQL at least once. */
    void watch() {
        repmgrd.filter(Process::isAlive).ifPresent(running -> Machine.signal("-TERM", running));
        Lab.await(
                "the old repmgrd is gone",
                PATIENCE,
                () -> !repmgrd.filter(Process::isAlive).isPresent());
        List<String> command = command("repmgrd", List.of("--no-pid-file", "--daemonize=false"));
        repmgrd = Optional.of(node.machine().spawn(node.machine().postgres(command), log()));
    }

    /** Whether repmgrd on this standby has just seen its primary. */
    boolean isWatching() {
        return node.postgres()
                .sql("repmgr", "select repmgr.get_upstream_last_seen() between 0 and 2")
                .equals("t");
    }

    ProcessHandle handle() {
        return ProcessHandle.of(Machine.child(repmgrd.orElseThrow())).orElseThrow();
    }

    /** Types a command of repmgr. */
    Run run(List<String> arguments) {
        return Run.within(PATIENCE, node.machine().postgres(command("repmgr", arguments)));
    }

    /** Makes this node, whose PostgreSQL is stopped, a copy of the other. */
    void copyFrom(LabNode primary) {
        List<String> clone = List.of("standby", "clone", "--force", "--fast-checkpoint");
        List<String> all = new ArrayList<>(List.of("-d", conninfo(primary)));
        all.addAll(clone);
        Run.within(COPY, node.machine().postgres(command("repmgr", all))).orFail();
    }

    private List<String> command(String program, List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(Template.program(program)));
        command.addAll(List.of("-f", node.mountPoint().resolve("repmgr.conf").toString()));
        command.addAll(arguments);
        return command;
    }

    /** Beside PostgreSQL's log, where a failed run shows both. */
    private Path log() {
        return node.disk().resolve("log/repmgr.log");
    }

    /** One pair of keys with which each node lets the other in, and the key of both hosts. */
    static Path makeKeys(Path lab) {
        Path keys = lab.resolve("ssh");
        try {
            Files.createDirectories(keys);
            String own = keys.resolve("id_ed25519").toString();
            Run.of(List.of("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", own))
                    .orFail();
            Files.copy(keys.resolve("id_ed25519.pub"), keys.resolve("authorized_keys"));
            String host = keys.resolve("host").toString();
            Run.of(List.of("dropbearkey", "-t", "ed25519", "-f", host)).orFail();
            return keys;
        } catch (IOException e) {
            throw new UncheckedIOException("no keys in " + keys, e);
        }
    }
}
