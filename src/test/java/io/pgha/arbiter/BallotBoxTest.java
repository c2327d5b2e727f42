package io.pgha.arbiter;

import static io.pgha.arbiter.Booth.A;
import static io.pgha.arbiter.Booth.B;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.json.Json;
import io.pgha.model.ArbiterAsk;
import io.pgha.model.ArbiterReply;
import io.pgha.model.Followed;
import io.pgha.model.MonoTime;
import io.pgha.model.NodeId;
import io.pgha.peer.ModelJson;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

class BallotBoxTest {

    private final List<String> log = new ArrayList<>();
    private final AtomicReference<MonoTime> now = new AtomicReference<>(new MonoTime(0));

    @TempDir
    Path directory;

    private Path file() {
        return directory.resolve("pair");
    }

    private BallotBox open() throws IOException {
        return BallotBox.open(
                "a+b",
                new BallotRules(List.of(A, B), Booth.TERMS),
                new BallotFile(file()),
                now::get,
                log::add);
    }

    private Exchange.Answer ask(BallotBox box, ArbiterAsk ask) throws IOException {
        return box.ask(new Exchange.Question(ask, Optional.empty()));
    }

    private static ArbiterAsk lease(NodeId node, long epoch) {
        ArbiterAsk a = Booth.agrees(node, epoch, node);
        return new ArbiterAsk(
                a.node(),
                a.epoch(),
                a.owner(),
                true,
                a.position(),
                Optional.of(new io.pgha.model.LeaseRequest(1, a.epoch(), Booth.LEASE)),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /** There a question may come after another that was asked later. */
    @Test
    void aWitnessDoesNotBelieveTheOwnerHowLongItsLeasesAre() throws Exception {
        BallotBox box = open();
        ask(box, lease(A, 7));
        ArbiterAsk a = lease(A, 7);
        ask(
                box,
                new ArbiterAsk(
                        a.node(),
                        a.epoch(),
                        a.owner(),
                        a.agreed(),
                        a.position(),
                        a.lease(),
                        a.claim(),
                        a.followed(),
                        Optional.of(Booth.LEASE)));
        BallotFile.Content content = new BallotFile(file()).read().orElseThrow();
        assertEquals(Booth.TERMS.longestLease(), content.ballot().longest());
    }

    @Test
    void whatTheOwnerTellsCostsNoDiskAndIsNotKnownAfterARestart() throws Exception {
        BallotBox box = open();
        Exchange.Mark before = ask(box, lease(A, 7)).witness();
        byte[] written = Files.readAllBytes(file());

        Exchange.Answer told = ask(
                box,
                Booth.serves(
                        A,
                        7,
                        0x9000000,
                        new Followed(Optional.empty(), Optional.empty(), Optional.empty())));

        assertEquals(before, told.witness());
        assertArrayEquals(written, Files.readAllBytes(file()));
        assertTrue(ask(box, Booth.says(B, 7, A)).reply().renewal().isPresent());
        assertTrue(ask(open(), Booth.says(B, 7, A)).reply().renewal().isEmpty());
    }

    @Test
    void aQuestionAndAnAnswerOfTheVersionBeforeAreRead() throws Exception {
        Json json = ModelJson.JSON;
        String question = json.write(lease(A, 7));
        ArbiterAsk old = json.read(
                "{\"node\":\"b\",\"epoch\":\"7\",\"owner\":\"a\",\"agreed\":true,\"claim\":{\"id\":\"b-1\",\"epoch\":\"8\","
                        + "\"from\":\"7\",\"fromOwner\":\"a\",\"ceded\":false}}",
                ArbiterAsk.class);
        ArbiterReply reply =
                json.read("{\"leaseRest\":\"PT1S\",\"words\":\"\"}", ArbiterReply.class);

        assertFalse(question.contains("followed"), question);
        assertEquals(Optional.empty(), old.followed());
        assertEquals(Optional.empty(), old.claim().orElseThrow().bearable());
        assertEquals(Optional.empty(), reply.renewal());
    }

    @Test
    void whatWasAnsweredIsThereAfterARestart() throws Exception {
        Exchange.Answer before = ask(open(), lease(A, 7));

        Exchange.Answer after = ask(open(), Booth.says(B, 7, A));

        assertEquals(before.witness(), after.witness());
        assertEquals("a", after.reply().register().orElseThrow().owner().name());
        assertTrue(after.reply().register().orElseThrow().leased());
    }

    @Test
    void aLostFileIsANewInstanceThatKnowsNothing() throws Exception {
        Exchange.Answer before = ask(open(), lease(A, 7));
        Files.delete(file());

        Exchange.Answer after = ask(open(), Booth.says(A, 7, A));

        assertNotEquals(before.witness().instance(), after.witness().instance());
        assertTrue(after.reply().register().isEmpty());
        assertTrue(after.reply().words().contains("both nodes"), after.reply().words());
    }

    @Test
    void aDamagedFileIsSetAsideAndNotBelieved() throws Exception {
        ask(open(), lease(A, 7));
        String text = Files.readString(file());
        for (String damaged : List.of(
                "",
                "garbage\n",
                text.substring(0, text.length() - 3),
                text.replace("\"epoch\":\"7\"", "\"epoch\":\"8\""),
                text.replace("pgha-witness 1", "pgha-witness 2"))) {
            Files.writeString(file(), damaged);
            log.clear();

            assertTrue(ask(open(), Booth.says(A, 7, A)).reply().register().isEmpty(), damaged);
            assertTrue(log.get(0).contains("damaged"), log.toString());
            assertEquals(damaged, Files.readString(directory.resolve("pair.damaged")));
        }
    }

    @Test
    void anOldCopyIsFoundOutByWhatANodeHasSeen() throws Exception {
        BallotBox box = open();
        ask(box, Booth.agrees(A, 7, A));
        byte[] old = Files.readAllBytes(file());
        Exchange.Mark seen = ask(box, Booth.agrees(B, 8, B)).witness();
        Files.write(file(), old);
        log.clear();

        Exchange.Answer answer =
                open().ask(new Exchange.Question(Booth.says(A, 7, A), Optional.of(seen)));

        assertTrue(answer.reply().register().isEmpty());
        assertTrue(log.stream().anyMatch(l -> l.contains("was put back")), log.toString());
    }

    @Test
    void whatCouldNotBeMadeDurableIsNotAnswered() throws Exception {
        BallotBox box = open();
        ask(box, Booth.agrees(A, 7, A));
        Path aside = Files.createDirectory(directory.resolve("pair.new"));
        Files.createFile(aside.resolve("in-the-way"));

        assertThrows(IOException.class, () -> ask(box, Booth.agrees(B, 8, B)));

        assertEquals(
                7,
                ask(box, Booth.says(A, 7, A))
                        .reply()
                        .register()
                        .orElseThrow()
                        .epoch()
                        .number());
        Files.delete(aside.resolve("in-the-way"));
        assertEquals(
                8,
                ask(box, Booth.agrees(B, 8, B))
                        .reply()
                        .register()
                        .orElseThrow()
                        .epoch()
                        .number());
    }

    @Test
    void everyChangeOfTheRegisterIsOneSentence() throws Exception {
        BallotBox box = open();
        ask(box, Booth.agrees(A, 7, A));
        log.clear();
        ask(box, lease(A, 7));
        ask(box, lease(A, 7));
        assertEquals(List.of(), log);

        now.set(new MonoTime(0).plus(Duration.ofMinutes(1)));
        ask(box, Booth.agrees(B, 8, B));

        assertEquals(
                List.of(
                        "pair a+b: every lease granted before its start is over; the epoch may move",
                        "pair a+b: follows: both nodes say that epoch 8 is b's; it held epoch 7 of a"),
                log);
        assertFalse(log.isEmpty());
    }
}
