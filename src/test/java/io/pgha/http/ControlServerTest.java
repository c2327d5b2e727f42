package io.pgha.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.engine.EventLine;
import io.pgha.engine.Reply;
import io.pgha.engine.Request;
import io.pgha.engine.Status;
import io.pgha.model.MonoTime;
import io.pgha.plan.TargetWal;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;

class ControlServerTest {

    @TempDir
    private Path directory = Path.of("");

    private final StoredDesk desk = new StoredDesk(Sample.primary().status());
    private final Queue<String> complaints = new ConcurrentLinkedQueue<>();
    private Optional<ControlServer> server = Optional.empty();

    @BeforeEach
    void open() throws IOException {
        server = Optional.of(serve());
    }

    @AfterEach
    void close() throws IOException {
        if (server.isPresent()) {
            server.get().close();
        }
    }

    private ControlServer serve() throws IOException {
        return serve(() -> Sample.NOW);
    }

    private ControlServer serve(Supplier<MonoTime> clock) throws IOException {
        return ControlServer.open(socket(), desk, Sample::policy, clock, complaints::add);
    }

    private Path socket() {
        return directory.resolve("control.sock");
    }

    private record Heard(int exitCode, List<Answer> answers) {
        String text() {
            return String.join("", answers.stream().map(Answer::text).toList());
        }
    }

    private Heard ask(Call call) throws IOException {
        List<Answer> answers = new ArrayList<>();
        int exit = new ControlClient(socket(), Duration.ofSeconds(10), System::nanoTime)
                .call(call, answers::add);
        return new Heard(exit, answers);
    }

    private Wire raw() throws IOException {
        return new Wire(
                SocketChannel.open(UnixDomainSocketAddress.of(socket())),
                1 << 20,
                System::nanoTime);
    }

    private Answer rawAnswer(String line) throws IOException {
        try (Wire wire = raw()) {
            wire.writeLine(line, Duration.ofSeconds(1));
            return Answer.parse(wire.readLine(Duration.ofSeconds(10)).orElseThrow());
        }
    }

    @Test
    void statusComesAsAPageWithItsExitCode() throws IOException {
        Sample sick = Sample.primary();
        sick.exitCode = 3;
        desk.status = sick.status();

        Heard heard = ask(Call.look(Call.Command.STATUS, Call.Form.TEXT));

        assertEquals(3, heard.exitCode());
        assertEquals(StatusText.of(sick.status(), Sample.NOW, Call.Form.TEXT), heard.text());
    }

    @Test
    void isPrimaryIsYesOnlyForAnOpenPrimary() throws IOException {
        assertEquals(0, ask(Call.look(Call.Command.IS_PRIMARY, Call.Form.TEXT)).exitCode());

        desk.status = Sample.standby().status();

        Heard heard = ask(Call.look(Call.Command.IS_PRIMARY, Call.Form.TEXT));
        assertEquals(1, heard.exitCode());
        assertEquals("not primary: the state is STANDBY\n", heard.text());
    }

    @Test
    void everyRequestArrivesAsItWasSent() throws IOException {
        List<Request> all = List.of(
                new Request.Promote(true, false, true),
                new Request.Promote(false, true, false),
                new Request.Release(Optional.of(Path.of("/srv/x.tar")), false),
                new Request.Release(Optional.empty(), true),
                new Request.CancelRelease(true, false),
                new Request.Initialize(
                        Request.As.STANDBY, Optional.of(Path.of("/srv/x.tar")), true, false),
                new Request.Initialize(Request.As.VERDICT, Optional.empty(), false, true),
                new Request.Rejoin(TargetWal.ARCHIVE, false),
                new Request.GateClose("a \"reason\"\nwith lines", false),
                new Request.GateOpen(false),
                new Request.CheckStart(true),
                new Request.CheckAccess(false));

        for (Request request : all) {
            ask(Call.ask(request, Duration.ofSeconds(1)));
        }

        assertEquals(all, desk.asked);
    }

    @Test
    void aReplyCarriesItsLinesItsPlanAndItsExitCode() throws IOException {
        desk.reply = new Reply(5, List.of("refused", "type pgha check"), Optional.of("p-1"));

        Heard heard = ask(Call.ask(new Request.GateOpen(false), Duration.ofSeconds(1)));

        assertEquals(5, heard.exitCode());
        assertEquals("refused\ntype pgha check", heard.answers().get(0).text());
        assertEquals(Optional.of("p-1"), heard.answers().get(0).planId());
    }

    @Test
    void aFollowedWorkflowEndsWithItsOwnExitCode() throws IOException {
        Sample ended = Sample.standby();
        ended.ended = Optional.of(new Status.Ended("p-1", "failover", 1, "promotion failed"));
        desk.status = ended.status();

        Heard heard = ask(Call.follow("p-1"));

        assertEquals(1, heard.exitCode());
        assertEquals("promotion failed\n", heard.text());
    }

    @Test
    void theSocketIsForOwnerAndGroup() throws IOException {
        assertEquals(
                PosixFilePermissions.fromString("rw-rw----"),
                Files.getPosixFilePermissions(socket()));
    }

    @Test
    void aSecondDaemonIsTurnedAwayAndTheFirstGoesOn() throws IOException {
        IOException refused = assertThrows(IOException.class, this::serve);

        String message = String.valueOf(refused.getMessage());
        assertTrue(message.contains("process " + ProcessHandle.current().pid()), message);
        assertTrue(message.contains("run_directory"), message);
        assertEquals(0, ask(Call.look(Call.Command.STATUS, Call.Form.TEXT)).exitCode());
    }

    @Test
    void aSocketFileWithoutADaemonIsALeftover() throws IOException {
        close();
        Files.createFile(socket());
        assertThrows(
                NoDaemonException.class, () -> ask(Call.look(Call.Command.STATUS, Call.Form.TEXT)));

        open();

        assertEquals(0, ask(Call.look(Call.Command.STATUS, Call.Form.TEXT)).exitCode());
    }

    @Test
    void nobodyThereIsItsOwnClearAnswer() throws IOException {
        close();

        NoDaemonException e = assertThrows(
                NoDaemonException.class, () -> ask(Call.look(Call.Command.STATUS, Call.Form.TEXT)));

        assertTrue(
                String.valueOf(e.getMessage()).contains("no pgha daemon runs here"),
                e.getMessage());
    }

    @Test
    void theNinthClientIsToldSo() throws IOException {
        List<Wire> clients = new ArrayList<>();
        try {
            for (int i = 0; i < ControlServer.MAX_CLIENTS; i++) {
                Wire wire = raw();
                clients.add(wire);
                wire.writeLine(
                        Call.watch(Duration.ofSeconds(5), Call.Form.TEXT).toLine(),
                        Duration.ofSeconds(1));
                assertTrue(wire.readLine(Duration.ofSeconds(10)).isPresent());
            }

            Heard ninth = ask(Call.look(Call.Command.STATUS, Call.Form.TEXT));

            assertEquals(Answer.Kind.ERROR, ninth.answers().get(0).kind());
            assertTrue(ninth.text().contains("8 clients are served already"), ninth.text());
        } finally {
            for (Wire wire : clients) {
                wire.close();
            }
        }
    }

    @Test
    void aLineLongerThanAllowedIsRefused() throws IOException {
        Answer answer =
                rawAnswer("{\"x\":\"" + "x".repeat(ControlServer.MAX_REQUEST_BYTES) + "\"}");

        assertTrue(answer.text().contains("longer than 16384 bytes"), answer.text());
    }

    @Test
    void aClientThatSaysNothingIsLetGo() throws IOException {
        close();
        server = Optional.of(serve(() -> new MonoTime(System.nanoTime())));
        try (Wire wire = raw()) {
            Answer answer = Answer.parse(wire.readLine(Duration.ofSeconds(20)).orElseThrow());

            assertEquals(Answer.Kind.ERROR, answer.kind());
            assertFalse(complaints.isEmpty());
        }
    }

    @Test
    void whatIsNotUnderstoodIsRefusedAndNeverGuessed() throws IOException {
        String promote =
                "{\"protocol\":1,\"command\":\"ask\",\"request\":\"promote\",\"accept_loss\":false,"
                        + "\"force\":false";

        assertTrue(rawAnswer("hello").text().contains("hello"));
        assertTrue(rawAnswer(promote + ",\"dry_run\":false,\"only_if\":\"x\"}")
                .text()
                .contains("'only_if' is not known"));
        assertTrue(rawAnswer(promote + "}").text().contains("'dry_run' must be true or false"));
        assertTrue(rawAnswer("{\"protocol\":2,\"command\":\"status\"}")
                .text()
                .contains("different versions"));
        assertTrue(rawAnswer("{\"protocol\":1,\"command\":\"reboot\"}").text().contains("reboot"));
        assertEquals(List.of(), desk.asked);
    }

    @Test
    void eventsAreShownOldestFirst() throws IOException {
        for (int i = 1; i <= 3; i++) {
            desk.events.add(new EventLine(
                    i,
                    "2026-11-21T04:12:0" + i + "Z",
                    EventLine.Severity.INFO,
                    "state",
                    "from A to B because " + i,
                    "node1"));
        }

        assertEquals("""
                2026-11-21T04:12:02Z INFO node1 state: from A to B because 2
                2026-11-21T04:12:03Z INFO node1 state: from A to B because 3
                """, ask(Call.events(2, false, Call.Form.TEXT)).text());
    }

    @Test
    void explainNamesTheNumbersInForce() throws IOException {
        Golden.assertSame(
                "explain-primary.txt",
                ask(Call.look(Call.Command.EXPLAIN, Call.Form.TEXT)).text());
        desk.status = Sample.standby().status();
        Golden.assertSame(
                "explain-standby.txt",
                ask(Call.look(Call.Command.EXPLAIN, Call.Form.TEXT)).text());
    }

    @Test
    void aHangingEngineIsNoPrimary() {
        MonoTime later = Sample.AT.plus(Duration.ofSeconds(9));
        RoleCheck roles = new RoleCheck(ControlPages.staleAfter(Sample.policy()));

        assertTrue(roles.primary(desk.status, Sample.NOW).yes());
        assertFalse(roles.primary(desk.status, later).yes());
    }

    @Test
    void whoseLeaseIsOverIsNoPrimaryThoughItsGateWasOpenWhenTheEngineTurnedLast() {
        MonoTime until = Sample.NOW.plus(Duration.ofSeconds(1));
        Sample sample = Sample.primary();
        sample.leaseRest = Optional.of(until.since(Sample.AT));
        Status held = sample.status();
        RoleCheck roles = new RoleCheck(ControlPages.staleAfter(Sample.policy()));

        assertTrue(roles.primary(held, Sample.NOW).yes());
        assertTrue(roles.primary(held, until).why().contains("the lease is over"));
        assertFalse(roles.primary(held, until).yes());
    }
}
