package io.pgha.it;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;

/**
 * HAProxy in the client machine: a check on port 5432 of both nodes, node 2 as backup, tuned as the README shows. Clients
 * reach it on port 5432 of their own machine.
 */
final class TrafficManager implements AutoCloseable {

    private static final String SETTINGS = """
            global
                maxconn 1000
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
            %4$s
                default-server inter 250ms fastinter 100ms downinter 100ms rise 1 fall 2 on-marked-down shutdown-sessions
                default-server observe layer4 error-limit 2 on-error mark-down
                server node1 %2$s:5432 check
                server node2 %3$s:5432 check backup
            """;

    /** How it finds out where clients belong. */
    enum Check {
        /** Where the port is open: a gate does the rest. */
        OPEN_PORT(""),
        /**
         * Where a session is told that the server is not in recovery, for pairs without a gate. It comes as role "look" and
         * needs no password.
         */
        NOT_IN_RECOVERY("""
                    tcp-check connect
                    tcp-check send-binary %s
                    tcp-check send-binary %s
                    tcp-check expect binary 440000000b00010000000166
                """.formatted(startup(), query()));

        private final String lines;

        Check(String lines) {
            this.lines = lines;
        }

        private static String startup() {
            byte[] body = "\0\3\0\0user\0look\0database\0app\0\0".getBytes(StandardCharsets.UTF_8);
            return length(body) + HexFormat.of().formatHex(body);
        }

        private static String query() {
            byte[] body = "select pg_is_in_recovery()\0".getBytes(StandardCharsets.UTF_8);
            return "51" + length(body) + HexFormat.of().formatHex(body);
        }

        /** A message's length counts itself. */
        private static String length(byte[] body) {
            return HexFormat.of().toHexDigits(Integer.BYTES + body.length);
        }
    }

    private final Process process;
    private final Path log;

    TrafficManager(Lab lab, Check check) {
        Path settings = lab.home().resolve("client/haproxy.cfg");
        this.log = lab.home().resolve("client/haproxy.log");
        Template.write(
                settings,
                SETTINGS.formatted(Wires.CLIENT, Wires.address(1), Wires.address(2), check.lines));
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
