package io.pgha.peer;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Writes a file that only its owner can read: aside, forced to disk, renamed. A file that is replaced keeps its owner. */
final class PrivateFile {

    private PrivateFile() {}

    /** When this returns the file is durable; when it throws, the old one is there unchanged. */
    static void write(Path file, byte[] text, String mark) throws IOException {
        Path target = file.toAbsolutePath();
        Path aside = target.resolveSibling("." + target.getFileName() + "." + mark);
        try (FileChannel out = FileChannel.open(
                aside,
                Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW),
                PosixFilePermissions.asFileAttribute(
                        PosixFilePermissions.fromString("rw-------")))) {
            ByteBuffer rest = ByteBuffer.wrap(text);
            while (rest.hasRemaining()) {
                out.write(rest);
            }
            keepOwner(target, aside);
            out.force(true);
            Files.move(aside, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            Files.deleteIfExists(aside);
            throw e;
        }
        try (FileChannel directory = FileChannel.open(target.resolveSibling("."))) {
            directory.force(true);
        }
    }

    /** A rotation is often typed by root; the daemon must still be able to read the file. */
    private static void keepOwner(Path target, Path aside) throws IOException {
        if (!Files.exists(target)) {
            return;
        }
        PosixFileAttributes before = Files.readAttributes(target, PosixFileAttributes.class);
        PosixFileAttributes now = Files.readAttributes(aside, PosixFileAttributes.class);
        // In a directory of another user's that user may have put a link in its place: lchown gives
        // away no more than that.
        PosixFileAttributeView view =
                Files.getFileAttributeView(aside, PosixFileAttributeView.class, NOFOLLOW_LINKS);
        if (!before.owner().equals(now.owner())) {
            view.setOwner(before.owner());
        }
        if (!before.group().equals(now.group())) {
            view.setGroup(before.group());
        }
    }
}
