package io.pgha.setup;

import io.pgha.model.NodeId;
import io.pgha.peer.Keygen;
import io.pgha.peer.PairKey;
import io.pgha.peer.PairKeyException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.time.Instant;
import java.util.List;

/**
 * The pair's key, made where there is none, and handed to PostgreSQL's owner, as whom the daemon reads it.
 *
 * @param file where
 * @param self this node
 * @param peer the other
 * @param owner whose it must be
 * @param now from when the certificates are dated
 */
record KeyStep(Path file, NodeId self, NodeId peer, Owner owner, Instant now) implements Step {

    /**
     * Whether anything is to be done.
     *
     * @throws SetupRefused when the file that is there is no key of this pair
     */
    boolean isNeeded() throws SetupRefused {
        if (!Files.exists(file)) {
            return true;
        }
        try {
            PairKey.read(file, self, peer);
            return Owner.isRoot()
                    && !Files.readAttributes(file, PosixFileAttributes.class)
                            .owner()
                            .getName()
                            .equals(owner.user());
        } catch (PairKeyException | IOException e) {
            throw SetupRefused.input(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public String words() {
        return Files.exists(file)
                ? "give " + file + " to " + owner.user()
                : "make " + file + ", the key of " + self + " and " + peer + " (mode 0600)";
    }

    @Override
    public List<String> lines() {
        return List.of();
    }

    @Override
    public void make() throws SetupRefused {
        try {
            if (!Files.exists(file)) {
                new Keygen(Keygen.keytool(), Keygen.VALIDITY)
                        .create(file, self, peer, now, Keygen.Existing.REFUSE);
            }
            if (Owner.isRoot()) {
                owner.give(file);
            }
        } catch (PairKeyException | IOException e) {
            throw SetupRefused.trouble(String.valueOf(e.getMessage()));
        }
    }
}
