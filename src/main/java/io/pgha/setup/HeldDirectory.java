package io.pgha.setup;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * The directory in which a file lies, held open: whoever owns a directory on the way there can rename it or put a link in its
 * place at any moment, but not change what is held. Root may be led by a link that another user can change only to what
 * belongs to that user. Not for several threads.
 */
final class HeldDirectory implements AutoCloseable {

    private static final int MOST_LINKS = 40;
    private static final long LARGEST_BYTES = 4 << 20;
    private static final Path NEW = Path.of("new");
    private static final Set<PosixFilePermission> ONLY_MINE =
            PosixFilePermissions.fromString("rwx------");

    /** A running base backup passes by what is called so (PostgreSQL's PG_TEMP_FILE_PREFIX). */
    private static final String SCRATCH = "pgsql_tmp.pgha-setup-";

    private final Path file;
    private final Set<UserPrincipal> onTheWay = new HashSet<>();
    private final Set<UserPrincipal> setters = new HashSet<>();
    private SecureDirectoryStream<Path> directory;
    private Path where;
    private Path name;

    private HeldDirectory(Path file, SecureDirectoryStream<Path> directory, Path where, Path name) {
        this.file = file;
        this.directory = directory;
        this.where = where;
        this.name = name;
    }

    /**
     * Whose a file is and who may do what with it.
     *
     * @param mode its permissions
     */
    record Rights(UserPrincipal owner, GroupPrincipal group, Set<PosixFilePermission> mode) {}

    /**
     * Follows the path, links too, and holds the directory at its end. The caller closes it.
     *
     * @throws NoSuchFileException when there is no such directory
     * @throws SetupRefused when root would be led by another user to what is not that user's
     */
    static HeldDirectory of(Path file) throws IOException, SetupRefused {
        Path full = file.toAbsolutePath().normalize();
        Path named = full.getFileName();
        if (named == null) {
            throw SetupRefused.input(file + " is a directory");
        }
        if (!Owner.isRoot()) {
            // Who may give nothing away and reaches no more than is his can be led nowhere.
            Path real = Files.exists(full) ? full.toRealPath() : full;
            Path last = real.getFileName();
            Path directory = real.resolveSibling("");
            return new HeldDirectory(file, open(directory), directory, last == null ? named : last);
        }
        Path top = full.getRoot();
        HeldDirectory held = new HeldDirectory(file, open(top), top, named);
        try {
            held.walk(full);
            held.requireOwn();
            return held;
        } catch (IOException | SetupRefused | RuntimeException e) {
            held.close();
            throw e;
        }
    }

    /** The caller closes it. */
    private static SecureDirectoryStream<Path> open(Path path) throws IOException {
        DirectoryStream<Path> stream =
                path.getFileSystem().provider().newDirectoryStream(path, entry -> true);
        if (stream instanceof SecureDirectoryStream<Path> secure) {
            return secure;
        }
        stream.close();
        throw new IOException(path + " cannot be held open on this system");
    }

    /** One name at a time, each in the directory that is held, so that no rename meanwhile leads elsewhere unseen. */
    private void walk(Path full) throws IOException, SetupRefused {
        Deque<Path> rest = new ArrayDeque<>();
        full.forEach(rest::addLast);
        int links = 0;
        while (!rest.isEmpty()) {
            name = rest.removeFirst();
            add(onTheWay, owner());
            Optional<PosixFileAttributes> facts = facts();
            if (facts.isPresent() && facts.get().isSymbolicLink()) {
                if (++links > MOST_LINKS) {
                    throw new IOException("more than " + MOST_LINKS + " links lead to it");
                }
                add(setters, facts.get().owner());
                setters.addAll(onTheWay);
                follow(Files.readSymbolicLink(where.resolve(name)), rest);
            } else if (!rest.isEmpty()) {
                if (facts.isEmpty()) {
                    throw new NoSuchFileException(where.resolve(name).toString());
                }
                enter(directory.newDirectoryStream(name, NOFOLLOW_LINKS));
                where = where.resolve(name).normalize();
            }
        }
    }

    private void follow(Path target, Deque<Path> rest) throws IOException, SetupRefused {
        Deque<Path> names = new ArrayDeque<>();
        target.forEach(names::addFirst);
        names.forEach(rest::addFirst);
        if (target.isAbsolute()) {
            where = target.getRoot();
            enter(open(where));
        }
        if (rest.isEmpty()) {
            throw SetupRefused.input(file + " is a directory");
        }
    }

    private void enter(SecureDirectoryStream<Path> next) throws IOException {
        directory.close();
        directory = next;
    }

    private static void add(Set<UserPrincipal> all, UserPrincipal owner) {
        if (!owner.getName().equals(Owner.ROOT)) {
            all.add(owner);
        }
    }

    private UserPrincipal owner() throws IOException {
        return directory
                .getFileAttributeView(PosixFileAttributeView.class)
                .readAttributes()
                .owner();
    }

    private void requireOwn() throws IOException, SetupRefused {
        Optional<PosixFileAttributes> facts = facts();
        UserPrincipal owner = facts.isPresent() ? facts.get().owner() : owner();
        for (UserPrincipal setter : setters) {
            if (!setter.equals(owner)) {
                throw SetupRefused.unsafe(file + " leads through a link that " + setter.getName()
                        + " can change to " + path() + ", which belongs to " + owner.getName()
                        + ": root writes nothing there. Put the file itself in the place of the link, or name it without"
                        + " one (hba_file and config_file in postgresql.conf, keys of pgha.conf)");
            }
        }
    }

    /** The file without links on the way. */
    Path path() {
        return where.resolve(name);
    }

    private Optional<PosixFileAttributes> facts() throws IOException {
        return facts(name);
    }

    private Optional<PosixFileAttributes> facts(Path entry) throws IOException {
        try {
            return Optional.of(directory
                    .getFileAttributeView(entry, PosixFileAttributeView.class, NOFOLLOW_LINKS)
                    .readAttributes());
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /**
     * Of the file; empty when there is none.
     *
     * @throws IOException when there is something else of its name
     */
    Optional<Rights> rights() throws IOException {
        Optional<PosixFileAttributes> facts = facts();
        if (facts.isPresent() && !facts.get().isRegularFile()) {
            throw new IOException(path() + " is no file");
        }
        return facts.map(f -> new Rights(f.owner(), f.group(), f.permissions()));
    }

    /** Its text; empty when there is none. */
    Optional<String> read() throws IOException, SetupRefused {
        if (rights().isEmpty()) {
            return Optional.empty();
        }
        try (SeekableByteChannel in =
                directory.newByteChannel(name, Set.of(READ, NOFOLLOW_LINKS))) {
            if (in.size() > LARGEST_BYTES) {
                throw SetupRefused.input(file + " is larger than such a file can be");
            }
            ByteBuffer text = ByteBuffer.allocate((int) in.size());
            int read = 0;
            while (text.hasRemaining() && read >= 0) {
                read = in.read(text);
            }
            // Strictly: what is not understood would be written back as something else.
            return Optional.of(
                    StandardCharsets.UTF_8.newDecoder().decode(text.flip()).toString());
        }
    }

    /**
     * Puts a file into the directory, in the place of one that is there; durable when this returns. It is made and handed over
     * where nobody else can reach it.
     *
     * @param entry its name
     * @param rights what it will have
     */
    void write(Path entry, String text, Rights rights) throws IOException {
        FileAttribute<Set<PosixFilePermission>> closed =
                PosixFilePermissions.asFileAttribute(ONLY_MINE);
        Path made = Files.createTempDirectory(where, SCRATCH, closed).getFileName();
        try (SecureDirectoryStream<Path> scratch =
                directory.newDirectoryStream(made, NOFOLLOW_LINKS)) {
            PosixFileAttributes is =
                    scratch.getFileAttributeView(PosixFileAttributeView.class).readAttributes();
            if (!is.owner().getName().equals(Owner.me()) || !is.permissions().equals(ONLY_MINE)) {
                throw new IOException(where + " is being changed by somebody else");
            }
            try {
                fill(scratch, text, rights);
                scratch.move(NEW, directory, entry);
            } catch (IOException e) {
                try {
                    scratch.deleteFile(NEW);
                } catch (IOException too) {
                    e.addSuppressed(too);
                }
                throw e;
            }
        } finally {
            directory.deleteDirectory(made);
        }
        try (FileChannel all = channel(directory, Path.of("."), Set.of(READ))) {
            all.force(true);
        }
    }

    private static void fill(SecureDirectoryStream<Path> scratch, String text, Rights rights)
            throws IOException {
        FileAttribute<Set<PosixFilePermission>> closed =
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        try (FileChannel out = channel(scratch, NEW, Set.of(WRITE, CREATE_NEW), closed)) {
            ByteBuffer rest = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            while (rest.hasRemaining()) {
                out.write(rest);
            }
            hand(
                    scratch.getFileAttributeView(NEW, PosixFileAttributeView.class, NOFOLLOW_LINKS),
                    rights);
            out.force(true);
        }
    }

    private static void hand(PosixFileAttributeView view, Rights rights) throws IOException {
        PosixFileAttributes is = view.readAttributes();
        if (!rights.group().equals(is.group())) {
            view.setGroup(rights.group());
        }
        view.setPermissions(rights.mode());
        if (!rights.owner().equals(is.owner())) {
            view.setOwner(rights.owner());
        }
    }

    private static FileChannel channel(
            SecureDirectoryStream<Path> in,
            Path entry,
            Set<StandardOpenOption> options,
            FileAttribute<?>... attributes)
            throws IOException {
        SeekableByteChannel channel = in.newByteChannel(entry, options, attributes);
        if (channel instanceof FileChannel file) {
            return file;
        }
        channel.close();
        throw new IOException(entry + " cannot be forced to disk on this system");
    }

    /** Removes the file if there is one. */
    void delete() throws IOException {
        try {
            directory.deleteFile(name);
        } catch (NoSuchFileException e) {
            // That is what was wanted.
            return;
        }
        try (FileChannel all = channel(directory, Path.of("."), Set.of(READ))) {
            all.force(true);
        }
    }

    /** The name of the file in the directory. */
    Path name() {
        return name;
    }

    @Override
    public void close() throws IOException {
        directory.close();
    }
}
