package io.pgha.postgres;

import io.pgha.postgres.TarReader.Entry;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Reads one archive into the directories of a new copy, and compares every checksum. An archive that is cut off, changed or
 * not pgha's ends in an exception that names the file and the offset; the copy is then thrown away by the caller.
 */
final class ArchiveUnpacker {

    private static final int HEADER_LIMIT = 1 << 20;
    private static final int MANIFEST_LIMIT = 1 << 30;

    private final Path file;
    private final LongStep step;

    /** What was read: checksum ("-" for a directory) and offset by name, in order. */
    private final Map<String, Seen> seen = new LinkedHashMap<>();

    private record Seen(String checksum, long offset) {}

    ArchiveUnpacker(Path file, LongStep step) {
        this.file = file;
        this.step = step;
    }

    /** Reads the header alone. */
    static ArchiveHeader header(Path file) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            return ArchiveHeader.parse(headerText(new TarReader(in)));
        }
    }

    private static String headerText(TarReader tar) throws IOException {
        Optional<Entry> first = tar.next();
        if (first.isEmpty() || !first.get().name().equals(ArchivePacker.HEADER)) {
            throw new IOException("it is not an archive of pgha: its first entry is "
                    + first.map(Entry::name).orElse("missing"));
        }
        return tar.readText(HEADER_LIMIT);
    }

    /** Unpacks and verifies; the files are not yet synchronised. */
    void unpack(CopyLedger ledger) throws IOException, DataDirectoryException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 20)) {
            TarReader tar = new TarReader(in);
            String text = headerText(tar);
            ArchiveHeader header = ArchiveHeader.parse(text);
            seen.put(ArchivePacker.HEADER, new Seen(ArchivePacker.sha256(text), 0));
            makeLinks(ledger);
            long done = 0;
            Optional<Entry> entry = tar.next();
            while (entry.isPresent() && !entry.get().name().equals(ArchivePacker.MANIFEST)) {
                step.checkCancelled("unpacking " + file);
                extract(tar, entry.get(), ledger);
                done += entry.get().size();
                step.report(done, header.bytes(), "unpacking and verifying the archive");
                entry = tar.next();
            }
            if (entry.isEmpty()) {
                throw new IOException("it ends without a manifest");
            }
            verify(tar);
        }
    }

    private void makeLinks(CopyLedger ledger) throws IOException {
        Path copy = ledger.data().fresh(ledger.attempt());
        for (Place place : ledger.places()) {
            if (!place.inNew() || place.kind() == Place.Kind.DATA) {
                continue;
            }
            Path link = copy.resolve("pg_wal");
            if (place.kind() == Place.Kind.TABLESPACE) {
                DurableFiles.makeDirectory(copy.resolve("pg_tblspc"), copy);
                link = copy.resolve("pg_tblspc").resolve(Long.toString(place.oid()));
            }
            DurableFiles.pointLink(link, place.fresh(ledger.attempt()));
        }
    }

    private void extract(TarReader tar, Entry entry, CopyLedger ledger) throws IOException {
        Path path = destination(entry, ledger);
        if (entry.directory()) {
            if (!Files.isDirectory(path)) {
                Files.createDirectory(path);
            }
            Files.setPosixFilePermissions(path, ArchiveFiles.permissions(entry.mode()));
            DurableFiles.giveTo(path, DurableFiles.parent(path));
            see(entry, "-");
            return;
        }
        MessageDigest digest = ArchivePacker.digest();
        byte[] buffer = new byte[1 << 16];
        try (OutputStream out = Files.newOutputStream(path, StandardOpenOption.CREATE_NEW)) {
            for (int got = tar.read(buffer); got >= 0; got = tar.read(buffer)) {
                out.write(buffer, 0, got);
                digest.update(buffer, 0, got);
            }
        }
        Files.setPosixFilePermissions(path, ArchiveFiles.permissions(entry.mode()));
        DurableFiles.giveTo(path, DurableFiles.parent(path));
        see(entry, HexFormat.of().formatHex(digest.digest()));
    }

    private void see(Entry entry, String checksum) {
        seen.put(entry.name(), new Seen(checksum, entry.offset()));
    }

    /** data/... into PGDATA, data/pg_wal through the link when there is one, tablespaces/OID/... into the tablespace. */
    private static Path destination(Entry entry, CopyLedger ledger) throws IOException {
        String name = entry.name();
        if (name.startsWith(ArchiveFiles.DATA + "/")) {
            return ledger.data()
                    .fresh(ledger.attempt())
                    .resolve(name.substring(ArchiveFiles.DATA.length() + 1));
        }
        String[] parts = name.split("/", 3);
        if (parts.length == 3 && parts[0].equals(ArchiveFiles.TABLESPACES)) {
            for (Place place : ledger.places()) {
                if (place.kind() == Place.Kind.TABLESPACE
                        && place.inNew()
                        && parts[1].equals(Long.toString(place.oid()))) {
                    return place.fresh(ledger.attempt()).resolve(parts[2]);
                }
            }
        }
        throw new IOException("the entry '" + name + "' at offset " + entry.offset()
                + " belongs to no part of the database");
    }

    /** The manifest is current in the reader; its checksum follows. */
    private void verify(TarReader tar) throws IOException {
        String manifest = tar.readText(MANIFEST_LIMIT);
        Optional<Entry> seal = tar.next();
        if (seal.isEmpty()
                || !seal.get().name().equals(ArchivePacker.SEAL)
                || !tar.readText(HEADER_LIMIT).strip().equals(ArchivePacker.sha256(manifest))) {
            throw new IOException("the list of checksums itself was changed");
        }
        for (String line : manifest.lines().toList()) {
            int blank = line.indexOf(' ');
            String name = line.substring(blank + 1);
            Seen found = Optional.ofNullable(seen.remove(name))
                    .orElseThrow(() -> new IOException(name + " is missing from it"));
            if (!found.checksum().equals(line.substring(0, blank))) {
                throw new IOException(name + ", at offset " + found.offset()
                        + ", was changed: its checksum differs");
            }
        }
        for (Map.Entry<String, Seen> more : seen.entrySet()) {
            throw new IOException(more.getKey() + ", at offset "
                    + more.getValue().offset() + ", was added: it is not in the list of checksums");
        }
    }
}
