package io.pgha.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.engine.Reply;
import io.pgha.engine.Request;
import io.pgha.engine.Status;
import io.pgha.http.Call;
import io.pgha.http.ControlServer;
import io.pgha.http.Sample;
import io.pgha.http.StatusText;
import io.pgha.http.StoredDesk;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The command line against a real control socket, with a daemon behind it that says what the test laid out. */
class CommandLineTest {

    @TempDir
    private Path directory = Path.of("");

    private final StoredDesk desk = new StoredDesk(Sample.primary().status());
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private Optional<ControlServer> server = Optional.empty();

    @BeforeEach
    void open() throws IOException {
        Files.writeString(config(), """
                guard = failcount
                run_directory = "%s"
                postgres { data_directory = "/srv/pg/data", bin = "/srv/pg/bin" }
                nodes {
                  node1 { host = "127.0.0.1" }
                  node2 { host = "192.0.2.12" }
                }
                """.formatted(directory));
        server = Optional.of(ControlServer.open(
                directory.resolve("control.sock"),
                desk,
                Sample::policy,
                () -> Sample.NOW,
                complaint -> {}));
    }

    @AfterEach
    void close() throws IOException {
        if (server.isPresent()) {
            server.get().close();
        }
    }

    private Path config() {
        return directory.resolve("pgha.conf");
    }

    private int run(String... args) {
        return run(Optional.empty(), args);
    }

    private int runWithPerson(String typed, String... args) {
        return run(Optional.of(new BufferedReader(new StringReader(typed))), args);
    }

    private int run(Optional<BufferedReader> input, String... args) {
        out.reset();
        err.reset();
        Terminal terminal = new Terminal(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                input);
        List<String> all = new ArrayList<>(List.of("--config", config().toString()));
        all.addAll(List.of(args));
        return Pgha.run(all.toArray(new String[0]), terminal, settings -> 42);
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    @Test
    void statusPrintsThePageAndExitsWithItsCode() {
        for (int code : new int[] {0, 3, 4}) {
            Sample s = Sample.primary();
            s.exitCode = code;
            desk.status = s.status();

            assertEquals(code, run("status"));
            assertEquals(StatusText.of(s.status(), Sample.NOW, Call.Form.TEXT), out());
        }
    }

    @Test
    void fenceWithoutDevicesSaysWhatBelongsIntoTheFile() {
        assertEquals(2, run("fence", "list"));
        assertTrue(err().contains("has no nodes.node2.fence.levels"), err());
    }

    @Test
    void fenceListStatusAndTestAskTheDevicesOfThePeer() throws IOException {
        configureFence("status) exit 2 ;;\nmonitor) exit 0 ;;");

        assertEquals(0, run("fence", "list"));
        assertTrue(out().contains("node2 level 1  " + directory.resolve("two")), out());
        assertTrue(out().contains("used by node2"), out());
        assertEquals(0, run("fence", "status"));
        assertTrue(out().contains("status off after"), out());
        assertEquals(0, run("fence", "test", "--json"));
        assertTrue(out().contains("\"question\" : \"monitor\""), out());
    }

    @Test
    void aDeviceThatFailsHasAnExitCodeForEachQuestion() throws IOException {
        configureFence("");

        assertEquals(3, run("fence", "status"));
        assertEquals(1, run("fence", "test"));
        assertTrue(out().contains("failed: monitor: exit 1 -> correct "), out());
        Files.delete(directory.resolve("two"));
        assertEquals(2, run("fence", "list"));
    }

    @Test
    void switchingOffIsRefusedWhileThePeerServesOrNobodyKnows() throws IOException {
        configureFence("off) touch ORDERED ;;\nstatus) exit 2 ;;");
        Path ordered = directory.resolve("ordered");

        desk.status = Sample.standby().status();
        assertEquals(5, run("fence", "test", "--off", "--yes"));
        assertTrue(err().contains("node2 is the open primary"), err());
        close();
        assertEquals(5, run("fence", "test", "--off", "--yes"));
        assertTrue(err().contains("is not known"), err());
        assertFalse(Files.exists(ordered));

        assertEquals(2, run("fence", "test", "--off", "--force"));
        assertFalse(Files.exists(ordered));
        assertEquals(0, run("fence", "test", "--off", "--force", "--yes"));
        assertTrue(Files.exists(ordered));
        assertTrue(out().contains("node2 is off"), out());
    }

    @Test
    void aStandbyMayBeSwitchedOffForATest() throws IOException {
        configureFence("off) touch ORDERED ;;\nstatus) exit 2 ;;");

        assertEquals(0, run("fence", "test", "--off", "--yes"), err());
    }

    private void configureFence(String cases) throws IOException {
        Path agent = directory.resolve("agent");
        Files.writeString(agent, """
                #!/bin/bash
                input=$(cat)
                case "${input##*action=}" in
                %s
                esac
                exit 1
                """.formatted(
                        cases.replace("ORDERED", directory.resolve("ordered").toString())));
        Path device =
                Files.writeString(directory.resolve("two"), "agent=" + agent + "\nip=192.0.2.9\n");
        Files.setPosixFilePermissions(agent, PosixFilePermissions.fromString("rwx------"));
        Files.setPosixFilePermissions(device, PosixFilePermissions.fromString("rw-------"));
        Files.writeString(config(), """
                nodes.node1.fence.levels = ["%1$s/one"]
                nodes.node2.fence.levels = ["%1$s/two"]
                """.formatted(directory), StandardOpenOption.APPEND);
    }

    @Test
    void theQuickWayAndTheLongWaySayTheSame() {
        assertEquals(0, run("status"));
        String quick = out();

        assertEquals(0, run("status", "--timeout", "5s"));

        assertEquals(quick, out());
    }

    @Test
    void noDaemonIsUnknownAndCritical() throws IOException {
        close();

        assertEquals(4, run("status"));
        assertTrue(err().contains("no pgha daemon runs here"), err());
        assertTrue(err().contains("unknown"), err());
        assertEquals("", out());

        assertEquals(4, run("status", "--json"));
        assertTrue(out().startsWith("{\"kind\":\"error\""), out());

        assertEquals(1, run("is-primary"));
        assertEquals(1, run("promote", "--yes"));
    }

    @Test
    void isPrimaryIsForCron() {
        assertEquals(0, run("is-primary"));
        desk.status = Sample.standby().status();
        assertEquals(1, run("is-primary"));
    }

    @Test
    void badConfigurationNamesEveryComplaintAndExitsWith2() throws IOException {
        Files.writeString(config(), "gard = failcount\nprofile = quick\nrun_directory = 5\n");

        assertEquals(2, run("status", "--timeout", "1s"));

        assertTrue(err().contains("gard"), err());
        assertTrue(err().contains("profile"), err());
        assertEquals(2, run("config", "check"));
        assertEquals(2, run("daemon"));
    }

    @Test
    void badUsageExitsWith2() {
        assertEquals(2, run());
        assertEquals(2, run("statsu"));
        assertEquals(2, run("status", "--lots"));
        assertEquals(2, run("gate"));
        assertEquals(2, run("status", "--timeout", "soon"));
        assertEquals(2, run("status", "--node", "NO NODE"));
        assertEquals(2, run("release", "--cancel", "--archive", "/x"));
        assertEquals(2, run("release", "--force"));
        assertEquals(List.of(), desk.asked);
    }

    @Test
    void withoutATerminalNothingIsChangedUnlessYesIsTyped() {
        assertEquals(2, run("promote"));
        assertTrue(out().contains("1. promote"), out());
        assertTrue(err().contains("--yes"), err());
        assertEquals(List.of(new Request.Promote(false, false, true)), desk.asked);

        assertEquals(2, run("initialize"));
        assertTrue(err().contains("--as primary"), err());
    }

    @Test
    void aPersonIsShownThePlanAndAsked() {
        assertEquals(1, runWithPerson("no\n", "promote", "--accept-loss"));
        assertEquals(List.of(new Request.Promote(true, false, true)), desk.asked);

        assertEquals(0, runWithPerson("yes\n", "promote", "--accept-loss"));
        assertEquals(new Request.Promote(true, false, false), desk.asked.get(2));
        assertTrue(out().contains("done"), out());
    }

    @Test
    void aDryRunOnlyLooks() {
        assertEquals(0, run("release", "--dry-run"));

        assertEquals(List.of(new Request.Release(Optional.empty(), true)), desk.asked);
        assertTrue(out().contains("would do this"), out());
    }

    @Test
    void aRefusalIsSaidOnceAndExitsWith5() {
        desk.reply = new Reply(5, List.of(), Optional.empty());

        assertEquals(5, run("gate", "open", "--yes"));

        assertEquals(List.of(new Request.GateOpen(true)), desk.asked);
        assertEquals("", out());
    }

    @Test
    void aWorkflowIsFollowedToItsEndAndGivesItsExitCode() {
        Sample after = Sample.primary();
        after.ended = Optional.of(new Status.Ended("r-1", "release", 0, "node1 is released"));
        desk.reply = new Reply(0, List.of("begun"), Optional.of("r-1"));
        desk.afterAsk = Optional.of(after.status());

        assertEquals(0, run("release", "--yes"));
        assertTrue(out().contains("begun\nnode1 is released\n"), out());

        after.ended =
                Optional.of(new Status.Ended("r-1", "release", 1, "undone: the peer is silent"));
        desk.afterAsk = Optional.of(after.status());
        assertEquals(1, run("release", "--yes"));
    }

    @Test
    void aWorkflowInTheWayIsWaitedForAndTheVerdictIsAskedForAgain() {
        Sample ended = Sample.primary();
        ended.ended = Optional.of(new Status.Ended("s-1", "step down", 0, "step down done"));
        desk.status = ended.status();
        desk.dryReplies.add(new Reply(5, List.of("busy with step down"), Optional.of("s-1")));

        assertEquals(0, run("initialize", "--as", "standby", "--yes"));

        assertEquals(3, desk.asked.size());
        assertTrue(err().contains("busy with step down; waiting for its end"), err());
    }

    @Test
    void everyChangeBecomesItsRequest() {
        assertEquals(0, run("initialize", "--as", "standby", "--in-place", "--yes"));
        assertEquals(0, run("release", "--cancel", "--force", "--yes"));
        assertEquals(0, run("gate", "close", "--why", "pooler", "--yes"));
        assertEquals(0, run("check-start", "--yes"));
        assertEquals(0, run("check-access", "--yes"));

        assertEquals(
                List.of(
                        new Request.Initialize(Request.As.STANDBY, Optional.empty(), true, false),
                        new Request.CancelRelease(true, false),
                        new Request.GateClose("pooler", false),
                        new Request.CheckStart(false),
                        new Request.CheckAccess(false)),
                desk.asked.stream().filter(r -> !r.dryRun()).toList());
    }

    @Test
    void theBootHookLeavesPostgresToAPersonWhoseCommandStartsIt() throws IOException {
        assertEquals(0, run("check-start", "--yes", "--at-boot"));
        desk.asked.clear();
        Files.writeString(config(), "boot = manual\n", StandardOpenOption.APPEND);

        assertEquals(5, run("check-start", "--yes", "--at-boot"));
        assertTrue(err().contains("boot = manual: nothing was started"), err());
        assertEquals(List.of(new Request.CheckStart(true)), desk.asked);
        assertEquals(0, run("check-start", "--yes"));
    }

    @Test
    void aMachineWithoutItsAddressYetIsNoBadConfiguration() throws IOException {
        String written = Files.readString(config());
        Files.writeString(config(), written.replace("127.0.0.1", "192.0.2.11"));
        assertEquals(1, run("daemon"));

        Files.writeString(config(), written.replace("guard =", "gard ="));
        assertEquals(2, run("daemon"));
    }

    @Test
    void jsonIsGivenWhereItIsAskedFor() {
        assertEquals(0, run("status", "--json"));
        assertTrue(out().startsWith("{\n  \"age_ms\" : 300,"), out());

        assertEquals(0, run("gate", "status", "--json"));
        assertEquals("{\"gate\":\"open\"}\n", out());

        assertEquals(0, run("promote", "--yes", "--json"));
        assertEquals("{\"kind\":\"reply\",\"exit\":0,\"text\":\"done\"}\n", out());
    }

    @Test
    void theDaemonIsGivenTheSettings() {
        assertEquals(42, run("daemon"));
    }

    @Test
    void helpAndCompletionKnowEveryCommand() {
        List<String> commands = List.of(
                "daemon",
                "status",
                "watch",
                "is-primary",
                "check",
                "check-start",
                "check-access",
                "promote",
                "switchover",
                "release",
                "initialize",
                "rejoin",
                "gate",
                "events",
                "explain",
                "keygen",
                "config",
                "version");

        assertEquals(0, run("--help"));
        String help = out();
        assertEquals(0, run("generate-completion"));
        String completion = out();

        for (String command : commands) {
            assertTrue(help.contains("\n  " + command), command);
            assertTrue(completion.contains(command), command);
        }
    }

    @Test
    void configShowKeepsSecretsToItself() throws IOException {
        Files.writeString(
                config(),
                Files.readString(config())
                        + "on_event = [\"/usr/bin/tell\", \"--password=hunter2\"]\n");

        assertEquals(0, run("config", "show"));

        assertFalse(out().contains("hunter2"), out());
    }
}
