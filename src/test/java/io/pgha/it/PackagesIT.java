package io.pgha.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.os.FreePort;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The four packages as built: contents, modes, scripts, dependencies, units, manuals. Nothing is installed on this machine. */
@Tag("packages")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@NeedsPackagingTools
class PackagesIT {

    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final List<String> NAMES = List.of("pgha", "pgha-witness");
    private static final Path HOST_UNITS = Path.of("/usr/lib/systemd/system");

    @TempDir
    static Path directory;

    /** It takes longer than all the rest: it looks into every jar. */
    private static CompletableFuture<Run> checked;

    /** Both .deb unpacked over each other, as on a host that has both. */
    private static Path root;

    @BeforeAll
    static void unpack() {
        checked = CompletableFuture.supplyAsync(() -> Run.within(
                LIMIT,
                List.of(
                        "lintian",
                        "--allow-root",
                        "--display-info",
                        "--pedantic",
                        deb("pgha"),
                        deb("pgha-witness"))));
        root = directory.resolve("root");
        for (String name : NAMES) {
            run("dpkg-deb", "-x", deb(name), root.toString());
            run("dpkg-deb", "-e", deb(name), directory.resolve(name).toString());
        }
    }

    private static String run(String... command) {
        return Run.within(LIMIT, List.of(command)).orFail().out();
    }

    /** The newest: an older version may lie beside it. */
    private static String built(String pattern) {
        try (Stream<Path> all = Files.list(Path.of("target"))) {
            return all.filter(f -> f.getFileName().toString().matches(pattern))
                    .max((a, b) ->
                            Long.compare(a.toFile().lastModified(), b.toFile().lastModified()))
                    .orElseThrow(
                            () -> new AssertionError("no " + pattern + ": mvn package makes it"))
                    .toAbsolutePath()
                    .toString();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String deb(String name) {
        return built(name + "_[0-9].*\\.deb");
    }

    private static String rpm(String name) {
        return built(name + "-[0-9].*\\.rpm");
    }

    /** Path to "mode owner/group", directories that other packages own too left out. */
    private static Map<String, String> inDeb(String name) {
        Map<String, String> files = new TreeMap<>();
        for (String line : run("dpkg-deb", "-c", deb(name)).lines().toList()) {
            String[] columns = line.split("\\s+", -1);
            files.put(columns[5].substring(1), columns[0] + " " + columns[1]);
        }
        return files;
    }

    private static Map<String, String> inRpm(String name) {
        String format = "[%{FILENAMES} %{FILEMODES:perms} %{FILEUSERNAME}/%{FILEGROUPNAME}\n]";
        return run("rpm", "-qp", "--qf", format, rpm(name))
                .lines()
                .map(line -> line.split(" ", 2))
                .collect(Collectors.toMap(p -> p[0], p -> p[1], (a, b) -> a, TreeMap::new));
    }

    @Test
    void everyFileIsRootsAndOnlyProgramsAreExecutable() {
        for (String name : NAMES) {
            Map<String, String> all = new TreeMap<>(inDeb(name));
            all.putAll(inRpm(name));
            assertTrue(all.size() > 20, all::toString);
            all.forEach((path, is) -> {
                String mode = path.endsWith("/pgha-restore")
                        ? "lrwxrwxrwx"
                        : is.startsWith("d")
                                ? "drwxr-xr-x"
                                : path.matches("/usr/s?bin/.*|.*/pgha-class-data")
                                        ? "-rwxr-xr-x"
                                        : "-rw-r--r--";
                assertEquals(mode + " root/root", is, path);
            });
        }
    }

    @Test
    void bothFormatsInstallTheSameFiles() {
        for (String name : NAMES) {
            Set<String> deb = paths(inDeb(name));
            Set<String> rpm = paths(inRpm(name));
            Set<String> common = new TreeSet<>(deb);
            common.retainAll(rpm);
            deb.removeAll(common);
            rpm.removeAll(common);
            String apart = "/usr/share/(doc|lintian|licenses|zsh)/.*";
            assertEquals(
                    List.of(),
                    Stream.concat(deb.stream(), rpm.stream())
                            .filter(path -> !path.matches(apart))
                            .toList());
        }
    }

    private static Set<String> paths(Map<String, String> files) {
        return files.entrySet().stream()
                .filter(f -> !f.getValue().startsWith("d"))
                .map(f -> f.getKey().replaceFirst(" -> .*", ""))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void theTwoPackagesShareNoFile() {
        Set<String> shared = paths(inDeb("pgha"));
        shared.retainAll(paths(inDeb("pgha-witness")));

        assertEquals(Set.of(), shared);
    }

    @Test
    void whatIsInEtcIsKeptOnUpgradeAndConfiguresNothing() throws IOException {
        for (String name : NAMES) {
            List<String> etc = paths(inDeb(name)).stream()
                    .filter(p -> p.startsWith("/etc/"))
                    .toList();

            assertEquals(1, etc.size());
            assertTrue(etc.get(0).endsWith(".conf.example"), etc::toString);
            assertEquals(etc, Files.readAllLines(directory.resolve(name).resolve("conffiles")));
            assertEquals(etc, run("rpm", "-qpc", rpm(name)).lines().toList());
        }
    }

    @Test
    void noServerIsPulledInAndJavaAFirewallAndPolkitAre() {
        String deb = run("dpkg-deb", "-f", deb("pgha"), "Depends", "Pre-Depends", "Recommends");
        String rpm = run("rpm", "-qp", "--requires", "--recommends", rpm("pgha"));

        assertFalse((deb + rpm).contains("postgres"), deb + rpm);
        for (String needed : List.of(
                "java17-runtime-headless",
                "nftables | iptables, nftables | ipset",
                "iproute2",
                "polkitd (>= 121)")) {
            assertTrue(deb.contains(needed), deb);
        }
        Set<String> wanted = Set.of(
                "java-headless >= 1:17",
                "(nftables or (iptables and ipset))",
                "iproute",
                "iputils",
                "polkit");
        assertTrue(rpm.lines().collect(Collectors.toSet()).containsAll(wanted), rpm);
    }

    @Test
    void everyScriptIsShellThatParses() throws IOException {
        for (String name : NAMES) {
            for (String script : List.of("postinst", "prerm", "postrm")) {
                run("sh", "-n", directory.resolve(name).resolve(script).toString());
            }
            for (String script : List.of("POSTIN", "PREUN", "POSTUN")) {
                String text = run("rpm", "-qp", "--qf", "%{" + script + "}", rpm(name));
                assertTrue(text.contains("systemctl"), script + ": " + text);
                Run.fed(text, LIMIT, List.of("sh", "-n")).orFail();
            }
        }
    }

    /** Before, the jar that is replaced lies there too. */
    @Test
    void theRpmPreparesTheClassesWhenTheWholeTransactionIsOver() {
        String installed = run("rpm", "-qp", "--qf", "%{POSTIN}", rpm("pgha"));
        String over = run("rpm", "-qp", "--qf", "%{POSTTRANS}", rpm("pgha"));

        assertFalse(installed.contains("pgha-class-data"), installed);
        assertTrue(over.contains("pgha-class-data"), over);
        Run.fed(over, LIMIT, List.of("sh", "-n")).orFail();
    }

    @Test
    void noScriptStartsStopsOrOpensWhatIsNotItsOwn() throws IOException {
        for (String name : NAMES) {
            StringBuilder all = new StringBuilder();
            for (String script : List.of("postinst", "prerm", "postrm")) {
                all.append(Files.readString(directory.resolve(name).resolve(script)));
            }
            all.append(run("rpm", "-qp", "--scripts", rpm(name)));
            Set<String> calls = all.toString()
                    .lines()
                    .filter(line -> !line.strip().startsWith("#"))
                    .flatMap(line -> Stream.of(line.split("[;&|]|then|\\$\\(", -1)))
                    .map(call -> call.replaceAll("--(quiet|no-reload) ", "").strip())
                    .filter(call -> call.startsWith("systemctl"))
                    .collect(Collectors.toCollection(TreeSet::new));

            assertEquals(
                    name.equals("pgha")
                            ? Set.of(
                                    "systemctl daemon-reload",
                                    "systemctl stop pgha-check-start.service pgha.service",
                                    "systemctl try-restart pgha.service")
                            : Set.of(
                                    "systemctl daemon-reload",
                                    "systemctl disable pgha-witness.service",
                                    "systemctl stop pgha-witness.service",
                                    "systemctl try-restart pgha-witness.service"),
                    calls);
        }
    }

    @Test
    void whatTheInstallationPreparesIsTakenByJava() throws IOException {
        Path home = root.resolve("usr/share/pgha");
        Path jar;
        try (Stream<Path> files = Files.list(home)) {
            jar = files.filter(f -> f.toString().endsWith(".jar")).findFirst().orElseThrow();
        }
        run(home.resolve("pgha-class-data").toString());
        for (String of : List.of("daemon", "command")) {
            String archive = jar.toString().replaceFirst("[.]jar$", "-" + of + ".jsa");
            // -Xshare:on ends with an error where an archive does not fit.
            run(
                    "java",
                    "-Xshare:on",
                    "-XX:SharedArchiveFile=" + archive,
                    "-jar",
                    jar.toString(),
                    "--version");
            Files.delete(Path.of(archive));
        }
    }

    @Test
    void theRpmInstallsIntoARootAndItsDigestsAreRight() {
        for (String name : NAMES) {
            Path place = directory.resolve("rpm-" + name);
            run("rpm", "-K", "--nosignature", rpm(name));
            run(
                    "rpm",
                    "--root",
                    place.toString(),
                    "--dbpath",
                    "/var/lib/rpm",
                    "--nodeps",
                    "--noscripts",
                    "-i",
                    rpm(name));

            assertEquals(
                    "",
                    run(
                            "rpm",
                            "--root",
                            place.toString(),
                            "--dbpath",
                            "/var/lib/rpm",
                            "--nodeps",
                            "-V",
                            name));
        }
    }

    /** systemd's own units lie beside them in the root, so that what they are ordered against exists. */
    @Test
    void theUnitsAreCleanAndSandboxed() throws IOException {
        Path place = directory.resolve("units");
        for (String name : NAMES) {
            run("dpkg-deb", "-x", deb(name), place.toString());
        }
        try (Stream<Path> host = Files.list(HOST_UNITS)) {
            for (Path unit : host.filter(u -> u.toString().matches(".*\\.(target|slice|mount)"))
                    .toList()) {
                Files.copy(
                        unit, place.resolve("usr/lib/systemd/system").resolve(unit.getFileName()));
            }
        }
        // What ExecReload runs, of another package.
        Files.copy(
                Path.of("/bin/kill"),
                Files.createDirectories(place.resolve("bin")).resolve("kill"));
        List<String> units = List.of(
                "pgha.service",
                "pgha-gate.service",
                "pgha-check-start.service",
                "pgha-witness.service");
        for (String unit : units) {
            Run verified = Run.within(
                    LIMIT,
                    List.of("systemd-analyze", "--root=" + place, "--man=no", "verify", unit));
            assertEquals("", verified.orFail().err());
            run(
                    "systemd-analyze",
                    "--root=" + place,
                    "security",
                    "--offline=true",
                    "--no-pager",
                    "--threshold=40",
                    unit);
        }
    }

    @Test
    void everyProgramHasAManualThatRendersWithoutAWarning() throws IOException {
        for (String program : List.of(
                "man1/pgha.1",
                "man1/pgha-archive.1",
                "man1/pgha-restore.1",
                "man5/pgha.conf.5",
                "man8/pgha-boot.8",
                "man8/pgha-witness.8")) {
            Path page = root.resolve("usr/share/man").resolve(program + ".gz");
            Run rendered = Run.within(
                    LIMIT, List.of("man", "--warnings", "-E", "UTF-8", "-l", page.toString()));
            assertEquals("", rendered.orFail().err(), program);
            assertFalse(rendered.out().contains("@" + "KEYS"), program);
        }
    }

    @Test
    void theManualsNameEveryKeyAndEveryCommand() throws IOException {
        String keys = text("man5/pgha.conf.5");
        String commands = text("man1/pgha.1");
        Path settings = Path.of("config/pgha.conf");
        for (String line : Files.readAllLines(settings)) {
            if (line.matches("\\s*#[a-z_]+ = .*")) {
                String name = line.strip().substring(1).replaceFirst(" = .*", "");
                assertTrue(keys.matches("(?s).*[\\s.]" + name + " = .*"), name);
            }
        }
        for (String command : List.of("status", "release", "initialize", "gate open", "keygen")) {
            assertTrue(commands.contains("\n       " + command), command);
        }
    }

    private static String text(String page) {
        Path file = root.resolve("usr/share/man").resolve(page + ".gz");
        return run("man", "-E", "UTF-8", "-l", file.toString()).replaceAll(".\b", "");
    }

    @Test
    void theCompletionsParse() {
        run("bash", "-n", root + "/usr/share/bash-completion/completions/pgha");
        run("zsh", "-n", root + "/usr/share/zsh/vendor-completions/_pgha");
    }

    @Test
    void theLibrariesOfTheSmallPackageAreEnoughForTheWitness() throws IOException {
        Path home = root.resolve("usr/share/pgha-witness");
        String jar;
        try (Stream<Path> files = Files.list(home)) {
            jar = files.filter(f -> f.toString().endsWith(".jar"))
                    .findFirst()
                    .orElseThrow()
                    .toString();
        }
        Path pair = directory.resolve("pair.key");
        Path given = directory.resolve("orders.key");
        Path file = directory.resolve("witness.conf");
        Files.writeString(
                file,
                "pairs = [\"" + given
                        + "\"]\nlisten = \"127.0.0.1\"\nport = " + FreePort.next()
                        + "\nstate_directory = \"" + directory.resolve("registers") + "\"\n");
        run("java", "-jar", jar, "keygen", pair.toString(), "--nodes", "node1,node2");
        run("java", "-jar", jar, "keygen", pair.toString(), "--for-witness", given.toString());

        Process witness = new ProcessBuilder(
                        "timeout",
                        "120",
                        "java",
                        "-jar",
                        jar,
                        "--config",
                        file.toString(),
                        "witness")
                .redirectErrorStream(true)
                .start();
        try (BufferedReader words = witness.inputReader()) {
            assertTrue(
                    words.lines().anyMatch(line -> line.contains("witness of node1+node2 listens")),
                    "it ended without serving");
        } finally {
            witness.descendants().forEach(ProcessHandle::destroyForcibly);
            witness.destroyForcibly();
        }
    }

    /** The last, so that lintian has been at work beside the others. */
    @Test
    @Order(Integer.MAX_VALUE)
    void theCheckersOfBothDistributionsAreContent() {
        Run lintian = checked.join();
        assertEquals("", lintian.out() + lintian.err());
        Run rpmlint = Run.within(
                LIMIT,
                List.of(
                        "rpmlint",
                        "-c",
                        "packaging/rpm/rpmlint.toml",
                        rpm("pgha"),
                        rpm("pgha-witness")));
        assertTrue(rpmlint.out().contains("0 errors, 0 warnings"), rpmlint::toString);
    }
}
