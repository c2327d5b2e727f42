package io.pgha.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.config.Settings;
import io.pgha.config.SettingsFile;
import io.pgha.model.NodeId;
import io.pgha.os.Command;
import io.pgha.os.Command.Result;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What check says of a distribution's own guards, and that not knowing is neither yes nor no. */
class PlatformChecksTest {

    private static final String CONFIGURATION = """
            guard = failcount
            postgres { data_directory = "/srv/pg/data", bin = "/srv/pg/bin" }
            nodes { node1 { host = "192.0.2.11" }, node2 { host = "192.0.2.12" } }
            """;

    @TempDir
    private Path root;

    private String configuration = CONFIGURATION;

    @Test
    void nothingIsSaidOfWhatIsNotThere() throws Exception {
        assertEquals(List.of(), look(Map.of()));
    }

    @Test
    void anEnforcingSELinuxIsNamedUntilPostgresqlMayReachTheStateDirectory() throws Exception {
        put("sys/fs/selinux/enforce", "1");
        Finding strange =
                only(look(Map.of("ls", result(0, "system_u:object_r:var_lib_t:s0 /var/lib/pgha"))));
        assertEquals(Finding.Grade.WARN, strange.grade());
        assertTrue(strange.remedy().contains("restorecon"), strange::line);
        Finding blind = only(look(Map.of()));
        assertEquals(Finding.Grade.WARN, blind.grade());
        assertTrue(blind.words().contains("not known"), blind::line);
        Finding mended = only(look(
                Map.of("ls", result(0, "system_u:object_r:postgresql_db_t:s0 /var/lib/pgha"))));
        assertEquals(Finding.Grade.OK, mended.grade());

        put("sys/fs/selinux/enforce", "0");
        assertEquals(Finding.Grade.OK, only(look(Map.of())).grade());
    }

    @Test
    void aPortThatFirewalldDoesNotLetInIsNamedWithItsCommand() throws Exception {
        put("usr/bin/firewall-cmd", "");
        Map<String, Result> closed = Map.of(
                "firewall-cmd --state", result(0, "running"),
                "firewall-cmd --query-port=5432/tcp", result(0, "yes"),
                "firewall-cmd --query-port=7432/tcp", result(1, "no"));
        Finding finding = only(look(closed));
        assertEquals(Finding.Grade.WARN, finding.grade());
        assertTrue(finding.remedy().contains("--add-port=7432/tcp"), finding::line);
        assertTrue(!finding.remedy().contains("5432"), finding::line);

        Map<String, Result> refused = Map.of("firewall-cmd --state", result(253, "not authorized"));
        assertTrue(only(look(refused)).words().contains("not authorized"));
        Map<String, Result> stopped = Map.of("firewall-cmd --state", result(252, "not running"));
        assertEquals(Finding.Grade.OK, only(look(stopped)).grade());
    }

    @Test
    void aGateUnitThatLooksElsewhereIsNamedWithTheDropInThatMendsIt() throws Exception {
        String shown =
                "LoadState=loaded\nExecStart={ path=/usr/sbin/pgha-boot ; argv[]=/usr/sbin/pgha-boot"
                        + " close %s ; ignore_errors=no ; start_time=[n/a] }";
        Result packaged = result(0, shown.formatted("/var/lib/pgha"));
        assertEquals(Finding.Grade.OK, only(look(Map.of("systemctl", packaged))).grade());

        configuration = CONFIGURATION + "state_directory = \"/srv/pgha\"\n";
        Finding elsewhere = only(look(Map.of("systemctl", packaged)));
        assertEquals(Finding.Grade.FAIL, elsewhere.grade());
        assertTrue(
                elsewhere
                        .remedy()
                        .contains("ExecStart=\\nExecStart=/usr/sbin/pgha-boot close /srv/pgha"),
                elsewhere::line);
        Result mended = result(0, shown.formatted("/srv/pgha"));
        assertEquals(Finding.Grade.OK, only(look(Map.of("systemctl", mended))).grade());

        Result absent = result(0, "LoadState=not-found");
        assertEquals(List.of(), look(Map.of("systemctl", absent)), "not installed by a package");
    }

    /** @param answers to the beginnings of commands; what has none cannot be started */
    private List<Finding> look(Map<String, Result> answers) throws Exception {
        Settings settings = SettingsFile.parse(
                root.resolve("pgha.conf"), configuration, Optional.of(new NodeId("node1")));
        return new PlatformChecks(settings, root, argv -> {
                    String line = String.join(" ", argv);
                    for (Map.Entry<String, Result> answer : answers.entrySet()) {
                        if (line.startsWith(answer.getKey())) {
                            return answer.getValue();
                        }
                    }
                    return Command.of(List.of("/nowhere/" + line)).run(Duration.ofSeconds(5));
                })
                .all();
    }

    private static Finding only(List<Finding> found) {
        assertEquals(1, found.size(), found::toString);
        return found.get(0);
    }

    private static Result result(int code, String out) {
        return new Result(code, out + "\n", "", Duration.ZERO, Optional.empty());
    }

    private void put(String path, String text) throws Exception {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text + "\n");
    }
}
