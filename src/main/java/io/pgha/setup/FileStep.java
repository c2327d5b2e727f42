package io.pgha.setup;

import io.pgha.setup.HeldDirectory.Rights;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A file that is written or changed: aside, forced to disk, renamed. One that was there keeps owner and mode, and a dated copy
 * of it stays beside it.
 *
 * @param file which one
 * @param before what it holds; empty: there is none
 * @param after what it will hold
 * @param secret its content is not shown, and only its owner may read it
 * @param owner whom a new file is given to, when root makes it; empty: it stays root's
 * @param now the date of the copy
 */
record FileStep(
        Path file,
        Optional<String> before,
        String after,
        boolean secret,
        Optional<Owner> owner,
        Instant now)
        implements Step {

    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").withZone(ZoneOffset.UTC);

    private static final Set<PosixFilePermission> SECRET =
            PosixFilePermissions.fromString("rw-------");
    private static final Set<PosixFilePermission> OPEN =
            PosixFilePermissions.fromString("rw-r--r--");

    /**
     * Reads a file of text; empty when there is none.
     *
     * @throws SetupRefused when it may not be read, or when root would be led to it by a link of another user's
     */
    static Optional<String> read(Path file) throws SetupRefused {
        try (HeldDirectory directory = HeldDirectory.of(file)) {
            return directory.read();
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw SetupRefused.trouble(
                    file + " cannot be read: " + e + ". Type it as root: sudo pgha setup");
        }
    }

    boolean isChange() {
        return !before.equals(Optional.of(after));
    }

    @Override
    public String words() {
        return before.isEmpty()
                ? "write " + file + (secret ? " (mode 0600)" : "")
                : "change " + file + ", a copy stays as " + copy();
    }

    @Override
    public List<String> lines() {
        return secret ? List.of("(secrets, not shown)") : LineDiff.of(before.orElse(""), after);
    }

    /**
     * Whether it could be written, asked before anything is.
     *
     * @throws SetupRefused when not
     */
    void requireWritable() throws SetupRefused {
        Path place = file.toAbsolutePath().resolveSibling("");
        try (HeldDirectory directory = HeldDirectory.of(file)) {
            place = directory.path().resolveSibling("");
            directory.rights();
        } catch (NoSuchFileException e) {
            throw SetupRefused.input(
                    "the directory of " + file + " does not exist: mkdir " + place);
        } catch (IOException e) {
            throw SetupRefused.trouble(
                    file + " cannot be looked at: " + e + ". Type it as root: sudo pgha setup");
        }
        if (!Files.isWritable(place)) {
            throw SetupRefused.input(
                    place + " may not be written by this user. Type it as root: sudo pgha setup");
        }
    }

    private String copy() {
        return file.getFileName() + ".pgha-" + DATE.format(now);
    }

    @Override
    public void make() throws SetupRefused {
        try (HeldDirectory directory = HeldDirectory.of(file)) {
            if (!directory.read().equals(before)) {
                throw SetupRefused.trouble(
                        file + " was changed by somebody else meanwhile. Type the same again");
            }
            Rights rights = rights(directory);
            if (before.isPresent()) {
                directory.write(directory.name().resolveSibling(copy()), before.get(), rights);
            }
            directory.write(directory.name(), after, rights);
        } catch (IOException e) {
            throw SetupRefused.trouble(file + " could not be written: " + e);
        }
    }

    /** Puts back what was there before. */
    void undo() throws SetupRefused {
        try (HeldDirectory directory = HeldDirectory.of(file)) {
            if (before.isPresent()) {
                directory.write(directory.name(), before.get(), rights(directory));
            } else {
                directory.delete();
            }
        } catch (IOException e) {
            throw SetupRefused.trouble(file + " could not be put back: " + e
                    + (before.isPresent() ? ". Its copy is " + copy() : ""));
        }
    }

    /** Owner and mode: those of the file that is there, else what was asked for. */
    private Rights rights(HeldDirectory directory) throws IOException {
        Optional<Rights> old = directory.rights();
        if (old.isPresent()) {
            Rights is = old.get();
            return new Rights(is.owner(), is.group(), secret ? SECRET : is.mode());
        }
        Owner whose = owner.isPresent() && Owner.isRoot() ? owner.get() : Owner.self();
        return whose.rights(secret ? SECRET : OPEN);
    }
}
