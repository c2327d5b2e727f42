package io.pgha.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.model.Guard;
import io.pgha.model.NodeId;
import io.pgha.setup.Answers;
import io.pgha.setup.SetupRefused;

import org.junit.jupiter.api.Test;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** What setup asks a person, and what it does where none sits there. */
class InterviewTest {

    private static final Optional<String> NOTHING = Optional.empty();

    private static Answers answers(
            Optional<String> typed, Optional<String> follower, Optional<Guard> guard)
            throws SetupRefused {
        PrintStream nowhere =
                new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
        Terminal terminal = new Terminal(
                nowhere, nowhere, typed.map(t -> new BufferedReader(new StringReader(t))));
        Interview.Given given = new Interview.Given(
                new NodeId("a"),
                new NodeId("b"),
                NOTHING,
                NOTHING,
                guard,
                List.of(),
                NOTHING,
                List.of(),
                List.of());
        return new Interview(terminal, follower, given).answers();
    }

    @Test
    void withoutAPersonWhatNobodySaysIsNamedAllAtOnce() {
        SetupRefused refused =
                assertThrows(SetupRefused.class, () -> answers(NOTHING, NOTHING, Optional.empty()));

        assertEquals(SetupRefused.Why.INPUT, refused.why());
        assertTrue(refused.words().contains("--peer, --guard"), refused.words());
        SetupRefused gateway = assertThrows(
                SetupRefused.class,
                () -> answers(NOTHING, Optional.of("127.0.0.1"), Optional.of(Guard.GATEWAY)));
        assertTrue(gateway.words().contains("--gateway"), gateway.words());
    }

    @Test
    void whatReplicationKnowsIsTakenWithoutAPerson() throws SetupRefused {
        Answers answers = answers(NOTHING, Optional.of("127.0.0.1"), Optional.of(Guard.FAILCOUNT));

        assertEquals("127.0.0.1", answers.peerHost());
        assertEquals("127.0.0.1", answers.host());
    }

    @Test
    void aPersonIsProposedWhatIsKnownAndAskedAgainForWhatIsNoAnswer() throws SetupRefused {
        String typed = "\n192.0.2.11\nmajority\ngateway\n198.51.100.1, gtm.example.com:443\n";

        Answers answers = answers(Optional.of(typed), Optional.of("127.0.0.1"), Optional.empty());

        assertEquals("127.0.0.1", answers.peerHost());
        assertEquals("192.0.2.11", answers.host());
        assertEquals(Guard.GATEWAY, answers.guard());
        assertEquals(List.of("198.51.100.1", "gtm.example.com:443"), answers.gateways());
    }
}
