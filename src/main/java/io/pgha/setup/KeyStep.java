package io.pgha.setup;

import io.pgha.model.NodeId;
import io.pgha.peer.Keygen;
import io.pgha.peer.PairKey;
import io.pgha.peer.PairKeyException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

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

    private static final Set<PosixFilePermission> SECRET =
            PosixFilePermissions.fromString("rw-------");

    /**
     * Whether anything is to be done.
     *
     * @throws SetupRefused when the file that is there is no key of this pair
     */
    boolean isNeeded() throws SetupRefused {
        if (FileStep.read(file).isEmpty()) {
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

    /**
     * The file is not made in its place, and not given away by its name: in a directory of PostgreSQL's owner another could take
     * its place meanwhile. What is given away is read first, and is a key of this pair.
     */
    @Override
    public void make() throws SetupRefused {
        Optional<String> before = FileStep.read(file);
        try {
            Path scratch = Files.createTempDirectory("pgha-key-");
            try {
                Path key = scratch.resolve("pair.key");
                if (before.isEmpty()) {
                    new Keygen(Keygen.keytool(), Keygen.VALIDITY)
                            .create(key, self, peer, now, Keygen.Existing.REFUSE);
                } else {
                    Files.createFile(key, PosixFilePermissions.asFileAttribute(SECRET));
                    Files.writeString(key, before.get());
                    PairKey.read(key, self, peer);
                }
                put(before, Files.readString(key));
            } finally {
                Files.deleteIfExists(scratch.resolve("pair.key"));
                Files.delete(scratch);
            }
        } catch (PairKeyException | IOException e) {
            throw SetupRefused.trouble(file + ": " + e.getMessage());
        }
    }

    private void put(Optional<String> before, String text) throws SetupRefused, IOException {
        Owner whose = Owner.isRoot() ? owner : Owner.self();
        try (HeldDirectory directory = HeldDirectory.of(file)) {
            if (!directory.read().equals(before)) {
                throw SetupRefused.trouble(
                        file + " was changed by somebody else meanwhile. Type the same again");
            }
            directory.write(directory.name(), text, whose.rights(SECRET));
        }
    }
}
