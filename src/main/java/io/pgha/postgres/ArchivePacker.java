package io.pgha.postgres;

import io.pgha.postgres.ArchiveFiles.Item;

import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * Writes one archive: header, files, manifest, the manifest's own checksum. Beside its name first, synchronised, then renamed,
 * so that a file of that name is always whole.
 */
final class ArchivePacker {

    static final String HEADER = "pgha-archive.json";
    static final String MANIFEST = "pgha-manifest";
    static final String SEAL = "pgha-manifest.sha256";
    private static final int FILE_MODE = 0600;

    private final LongStep step;
    private final StringBuilder manifest = new StringBuilder();
    private long done;

    ArchivePacker(LongStep step) {
        this.step = step;
    }

    void pack(Path file, ArchiveHeader header, List<Item> items)
            throws IOException, DataDirectoryException {
        Path aside = file.resolveSibling(file.getFileName() + ".pgha-part");
        Files.deleteIfExists(aside);
        try (FileChannel channel = FileChannel.open(
                        aside, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                TarWriter tar = new TarWriter(
                        new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 20))) {
            Files.setPosixFilePermissions(aside, PosixFilePermissions.fromString("rw-------"));
            text(tar, HEADER, header.json());
            for (Item item : items) {
                step.checkCancelled("packing " + file);
                add(tar, item, header.bytes());
            }
            String lines = manifest.toString();
            text(tar, MANIFEST, lines);
            text(tar, SEAL, sha256(lines) + "\n");
            tar.finish();
            step.report(done, header.bytes(), "writing the archive to disk");
            channel.force(true);
            Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE);
            DurableFiles.syncDirectory(DurableFiles.parent(file));
        } catch (IOException | DataDirectoryException e) {
            Files.deleteIfExists(aside);
            throw e;
        }
    }

    private void add(TarWriter tar, Item item, long total) throws IOException {
        if (item.directory()) {
            tar.directory(item.name(), item.mode());
            manifest.append("- ").append(item.name()).append('\n');
            return;
        }
        MessageDigest digest = digest();
        try (InputStream in = new DigestInputStream(Files.newInputStream(item.path()), digest)) {
            tar.file(item.name(), item.mode(), item.size(), in);
        }
        manifest.append(HexFormat.of().formatHex(digest.digest()))
                .append(' ')
                .append(item.name())
                .append('\n');
        done += item.size();
        step.report(done, total, "packing the database");
    }

    private void text(TarWriter tar, String name, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        tar.file(name, FILE_MODE, bytes.length, new ByteArrayInputStream(bytes));
        manifest.append(sha256(text)).append(' ').append(name).append('\n');
    }

    static String sha256(String text) {
        return HexFormat.of().formatHex(digest().digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform must have SHA-256", e);
        }
    }
}
