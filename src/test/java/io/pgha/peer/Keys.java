package io.pgha.peer;

import io.pgha.model.NodeId;

import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.function.Executable;

import java.nio.file.Path;
import java.time.Instant;

/** Pair keys for tests. */
final class Keys {

    static final NodeId A = new NodeId("a");
    static final NodeId B = new NodeId("b");
    static final Instant NOW = Instant.parse("2026-11-21T04:00:00Z");

    private Keys() {}

    static Keygen keygen() throws PairKeyException {
        return new Keygen(Keygen.keytool(), Keygen.VALIDITY);
    }

    static Path pair(Path file) throws PairKeyException {
        keygen().create(file, A, B, NOW, Keygen.Existing.REFUSE);
        return file;
    }

    static PairKey ofA(Path file) throws PairKeyException {
        return PairKey.read(file, A, B);
    }

    static PairKey ofB(Path file) throws PairKeyException {
        return PairKey.read(file, B, A);
    }

    /** The words with which something is refused. */
    static String refusal(Executable attempt) {
        return String.valueOf(
                Assertions.assertThrows(LinkRefused.class, attempt).getMessage());
    }
}
