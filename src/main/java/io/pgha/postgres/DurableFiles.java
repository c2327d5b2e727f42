package io.pgha.postgres;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Changes to files and directories that have survived a power loss once the method has returned.
 *
 * <p>On Linux a rename or a removal is durable only when the directory itself has been synchronised (fsync(2), NOTES).
 */
final class DurableFiles {

    private DurableFiles() {}

    /** Puts {@code content} into {@code file}, which afterwards holds the old content or the new one, never a mixture. */
    static void replace(Path file, byte[] content) throws IOException {
        Path aside = file.resolveSibling(file.getFileName() + ".pgha-tmp");
        Path directory = parent(file);
        Files.deleteIfExists(aside);
        try (FileChannel channel = FileChannel.open(aside, CREATE, TRUNCATE_EXISTING, WRITE)) {
            Files.setPosixFilePermissions(aside, PosixFilePermissions.fromString("rw-------"));
            giveTo(aside, directory);
            ByteBuffer buffer = ByteBuffer.wrap(content);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            channel.force(true);
        }
        Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE);
        syncDirectory(directory);
    }

    /** Renames, unless the target exists: rename(2) alone would silently replace a file or an empty directory. */
    static void move(Path from, Path to) throws IOException {
        if (Files.exists(to, NOFOLLOW_LINKS)) {
            throw new FileAlreadyExistsException(from.toString(), to.toString(), "is in the way");
        }
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        syncDirectory(parent(to));
        if (!parent(from).equals(parent(to))) {
            syncDirectory(parent(from));
        }
    }

    /** Removes a file if there is one. */
    static void delete(Path file) throws IOException {
        if (Files.deleteIfExists(file)) {
            syncDirectory(parent(file));
        }
    }

    /** Makes a directory that only its owner can enter, as PostgreSQL demands, owned like {@code like}, unless it is there. */
    static void makeDirectory(Path directory, Path like) throws IOException {
        if (!Files.isDirectory(directory)) {
            Files.createDirectory(
                    directory,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
            giveTo(directory, like);
            syncDirectory(parent(directory));
        }
    }

    /** Points the symbolic link elsewhere; a crash leaves it pointing to one of the two places. */
    static void pointLink(Path link, Path target) throws IOException {
        Path aside = link.resolveSibling(link.getFileName() + ".pgha-tmp");
        Files.deleteIfExists(aside);
        Files.createSymbolicLink(aside, target);
        giveTo(aside, parent(link));
        Files.move(aside, link, StandardCopyOption.ATOMIC_MOVE);
        syncDirectory(parent(link));
    }

    /**
     * Removes a tree, links themselves and not what they point to. PG_VERSION goes first, so that a half removed data
     * directory can never be started.
     */
    static void deleteTree(Path root) throws IOException {
        if (!Files.exists(root, NOFOLLOW_LINKS)) {
            return;
        }
        if (Files.isDirectory(root, NOFOLLOW_LINKS)) {
            delete(root.resolve("PG_VERSION"));
        }
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes facts)
                    throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException why) throws IOException {
                if (why instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE;
                }
                throw why;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException why)
                    throws IOException {
                if (why != null) {
                    throw why;
                }
                Files.deleteIfExists(directory);
                return FileVisitResult.CONTINUE;
            }
        });
        syncDirectory(parent(root));
    }

    /**
     * Copies a file, a link or a tree with permissions and, where it can, owner; sockets and pipes are left out. What was root's and
     * becomes PostgreSQL's is for its owner only, as PostgreSQL demands of a key (documentation, "Secure TCP/IP Connections with
     * SSL"). The target must not exist.
     */
    static void copyTree(Path from, Path to) throws IOException {
        PosixFileAttributes facts =
                Files.readAttributes(from, PosixFileAttributes.class, NOFOLLOW_LINKS);
        if (facts.isOther()) {
            return;
        }
        Files.copy(from, to, StandardCopyOption.COPY_ATTRIBUTES, NOFOLLOW_LINKS);
        giveTo(to, parent(to));
        if (!facts.isSymbolicLink()) {
            if (!facts.owner().equals(Files.getOwner(to))) {
                Set<PosixFilePermission> owners = new HashSet<>(facts.permissions());
                owners.retainAll(PosixFilePermissions.fromString("rwx------"));
                Files.setPosixFilePermissions(to, owners);
            }
            for (Path entry : facts.isDirectory() ? entries(from) : List.<Path>of()) {
                copyTree(entry, to.resolve(entry.getFileName()));
            }
            sync(to);
        }
        syncDirectory(parent(to));
    }

    /** The entries of a directory, sorted; empty when there is no such directory. */
    static List<Path> entries(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> list = Files.list(directory)) {
            return new ArrayList<>(list.sorted(Comparator.naturalOrder()).toList());
        }
    }

    /** Waits until the content of the file, or the entries of the directory, are on disk. */
    static void sync(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, READ)) {
            channel.force(true);
        }
    }

    static void syncDirectory(Path directory) throws IOException {
        sync(directory);
    }

    /**
     * Gives what we made to the owner of {@code like}. A daemon under PostgreSQL's own user changes nothing here; one under
     * root, as in a lab, would otherwise leave files that PostgreSQL cannot read.
     */
    static void giveTo(Path made, Path like) throws IOException {
        PosixFileAttributes wanted = Files.readAttributes(like, PosixFileAttributes.class);
        PosixFileAttributeView view =
                Files.getFileAttributeView(made, PosixFileAttributeView.class, NOFOLLOW_LINKS);
        PosixFileAttributes is = view.readAttributes();
        if (!is.owner().equals(wanted.owner()) && "root".equals(is.owner().getName())) {
            view.setOwner(wanted.owner());
            view.setGroup(wanted.group());
        }
    }

    static Path parent(Path path) {
        Path parent = path.toAbsolutePath().getParent();
        if (parent == null) {
            throw new IllegalArgumentException("'" + path + "' has no directory above it");
        }
        return parent;
    }
}
