package io.pgha.it;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * HAProxy in the client machine: a TCP check on port 5432 of both nodes, node 2 as backup, tuned as the README shows.
 * Clients reach it on port 5432 of their own machine.
 */
final class TrafficManager implements AutoCloseable {

    private static final String SETTINGS = """
            global
                maxconn 200
            defaults
                mode tcp
                retries 0
                timeout connect 250ms
                timeout check 250ms
                timeout client 1h
                timeout server 1h
            listen postgresql
                bind %1$s:5432
                option tcp-check
                default-server inter 250ms fastinter 100ms downinter 100ms rise 1 fall 2 on-marked-down shutdown-sessions
                server node1 %2$s:5432 check
                server node2 %3$s:5432 check backup
            """;

    private final Process process;
    private final Path log;

    TrafficManager(Lab lab) {
        Path settings = lab.home().resolve("client/haproxy.cfg");
        this.log = lab.home().resolve("client/haproxy.log");
        Template.write(
                settings, SETTINGS.formatted(Wires.CLIENT, Wires.address(1), Wires.address(2)));
        List<String> command = List.of("haproxy", "-db", "-f", settings.toString());
        this.process = lab.client().spawn(lab.client().root(command), log);
        String probe = "exec 3<>/dev/tcp/" + Wires.CLIENT + "/5432";
        lab.expect("HAProxy listens", Duration.ofSeconds(10), () -> {
            if (!process.isAlive()) {
                throw new IllegalStateException("HAProxy ended, see " + log);
            }
            return Run.of(lab.client().root(List.of("bash", "-c", probe))).code() == 0;
        });
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
