package io.pgha.peer;

import io.pgha.model.MonoTime;
import io.pgha.model.PeerMessage;

import java.io.IOException;
import java.time.Duration;
import java.util.OptionalLong;

/** Questions and answers: what is said on a connection, and what is made of what is heard. Used by the link thread only. */
final class Conversation {

    private final MessageCodec codec = new MessageCodec();
    private final Connections connections;
    private final Hearing hearing;
    private final Voice own;
    private final WalDoor walDoor;
    private final Rhythm rhythm;
    private long sequence;
    private long nonces;

    Conversation(
            Connections connections, Hearing hearing, Voice own, WalDoor walDoor, Rhythm rhythm) {
        this.connections = connections;
        this.hearing = hearing;
        this.own = own;
        this.walDoor = walDoor;
        this.rhythm = rhythm;
    }

    /** The socket of a connection is ready. */
    void serve(Connection connection, MonoTime now) {
        try {
            var lines = connection.ready(now);
            if (connection.becameOpen(now)) {
                if (connection.isForWal()) {
                    connection.handOver(walDoor, lines);
                    connections.forget(connection);
                    return;
                }
                greet(connection, now);
            }
            for (byte[] line : lines) {
                take(connection, line, now);
            }
        } catch (IOException e) {
            connections.end(connection, e, now);
        }
    }

    /** A new connection is used at once; one made by the peer says that our own attempts need wait no longer. */
    private void greet(Connection connection, MonoTime now) throws IOException {
        if (connection.dial().isEmpty()) {
            connections.hurry(now);
        }
        if (connection.dial().isPresent() || connections.noDialIsUp()) {
            ask(connection, now);
        }
    }

    /** How long this node need not ask. */
    Duration untilAsking(MonoTime now) {
        Duration left = rhythm.due().since(now);
        return left.isNegative() ? Duration.ZERO : left;
    }

    /** Asks over every link; and over what the peer has connected, when none of ours works. */
    void askAll(MonoTime now) {
        rhythm.began(now);
        boolean alone = connections.noDialIsUp();
        for (Connection connection : connections.all()) {
            if (connection.mayAsk() && (alone || connection.dial().isPresent())) {
                try {
                    ask(connection, now);
                } catch (IOException e) {
                    connections.end(connection, e, now);
                }
            }
        }
    }

    private void ask(Connection connection, MonoTime now) throws IOException {
        if (!own.isCurrent()) {
            return;
        }
        long nonce = ++nonces;
        OptionalLong question = OptionalLong.of(nonce);
        byte[] line = codec.write(++sequence, question, OptionalLong.empty(), own.newest());
        connection.ask(nonce, line, now);
    }

    private void take(Connection connection, byte[] line, MonoTime now) throws IOException {
        String from = connection.address();
        PeerMessage mine = own.newest();
        MessageCodec.Envelope envelope = codec.open(line, from);
        try {
            hearing.checkVersion(envelope, mine, from);
        } catch (LinkRefused e) {
            answer(connection, envelope, mine); // so that the other side can name both versions too
            throw e;
        }
        PeerMessage message = envelope.body().message();
        if (hearing.hear(message, envelope.sequence(), connection.number(), from, now)) {
            connections.changed();
        }
        if (envelope.answers().isPresent()) {
            connection.answered(envelope.answers().getAsLong(), now).ifPresent(answer -> {
                hearing.contact(answer.asked());
                connection.dial().ifPresent(dial -> dial.answered(answer, now));
                connections.changed();
            });
        }
        respond(connection, envelope, mine, now);
    }

    /** An answer, and a question along with it if one is due soon. */
    private void respond(
            Connection connection, MessageCodec.Envelope question, PeerMessage mine, MonoTime now)
            throws IOException {
        boolean joins = question.ask().isPresent()
                && own.isCurrent()
                && connection.mayAsk()
                && !connection.isAsked(rhythm.half(), now)
                && rhythm.mayJoin(hearing.contactAt(), now);
        if (!joins) {
            answer(connection, question, mine);
            return;
        }
        rhythm.joined(now);
        long nonce = ++nonces;
        byte[] line = codec.write(++sequence, OptionalLong.of(nonce), question.ask(), mine);
        connection.ask(nonce, line, now);
    }

    private void answer(Connection connection, MessageCodec.Envelope question, PeerMessage mine)
            throws IOException {
        if (question.ask().isPresent() && own.isCurrent()) {
            connection.tell(codec.write(++sequence, OptionalLong.empty(), question.ask(), mine));
        }
    }
}
