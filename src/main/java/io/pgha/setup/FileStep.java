package io.pgha.setup;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
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

    private static final long LARGEST_BYTES = 4 << 20;

    /**
     * Reads a file of text; empty when there is none.
     *
     * @throws SetupRefused when it may not be read
     */
    static Optional<String> read(Path file) throws SetupRefused {
        try {
            if (!Files.exists(file)) {
                return Optional.empty();
            }
            if (Files.size(file) > LARGEST_BYTES) {
                throw SetupRefused.input(file + " is larger than such a file can be");
            }
            return Optional.of(Files.readString(file));
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
                : "change " + file + ", a copy stays as " + copy().getFileName();
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
        Path directory = real().resolveSibling("").toAbsolutePath();
        if (!Files.isDirectory(directory)) {
            throw SetupRefused.input(
                    "the directory of " + file + " does not exist: mkdir " + directory);
        }
        if (!Files.isWritable(directory)) {
            throw SetupRefused.input(directory
                    + " may not be written by this user. Type it as root: sudo pgha setup");
        }
    }

    private Path copy() {
        return real().resolveSibling(real().getFileName() + ".pgha-" + DATE.format(now));
    }

    /** Behind links: a rename would put a file in the place of the link. */
    private Path real() {
        try {
            return Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
        } catch (IOException e) {
            return file.toAbsolutePath();
        }
    }

    @Override
    public void make() throws SetupRefused {
        if (!read(file).equals(before)) {
            throw SetupRefused.trouble(
                    file + " was changed by somebody else meanwhile. Type the same again");
        }
        try {
            if (before.isPresent()) {
                Path copy = copy();
                write(copy, before.get());
            }
            write(real(), after);
        } catch (IOException e) {
            throw SetupRefused.trouble(file + " could not be written: " + e);
        }
    }

    /** Puts back what was there before. */
    void undo() throws SetupRefused {
        try {
            if (before.isPresent()) {
                write(real(), before.get());
            } else {
                Files.deleteIfExists(real());
            }
        } catch (IOException e) {
            throw SetupRefused.trouble(file + " could not be put back: " + e
                    + (before.isPresent() ? ". Its copy is " + copy() : ""));
        }
    }

    private void write(Path target, String text) throws IOException {
        Path aside = target.resolveSibling("." + target.getFileName() + ".pgha-setup");
        Files.deleteIfExists(aside);
        FileAttribute<Set<PosixFilePermission>> closed =
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        try {
            try (FileChannel out = FileChannel.open(aside, Set.of(WRITE, CREATE_NEW), closed)) {
                ByteBuffer rest = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
                while (rest.hasRemaining()) {
                    out.write(rest);
                }
                hand(aside);
                out.force(true);
            }
            Files.move(aside, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            Files.deleteIfExists(aside);
            throw e;
        }
        try (FileChannel directory = FileChannel.open(target.resolveSibling("."))) {
            directory.force(true);
        }
    }

    /** Owner and mode: those of the file that is there, else what was asked for. */
    private void hand(Path aside) throws IOException {
        PosixFileAttributeView view =
                Files.getFileAttributeView(aside, PosixFileAttributeView.class);
        if (Files.exists(real())) {
            PosixFileAttributes old = Files.readAttributes(real(), PosixFileAttributes.class);
            if (!old.owner().equals(view.readAttributes().owner())) {
                view.setOwner(old.owner());
            }
            view.setGroup(old.group());
            view.setPermissions(
                    secret ? PosixFilePermissions.fromString("rw-------") : old.permissions());
            return;
        }
        if (owner.isPresent() && Owner.isRoot()) {
            owner.get().give(aside);
        }
        if (!secret) {
            view.setPermissions(PosixFilePermissions.fromString("rw-r--r--"));
        }
    }
}
