package io.pgha.postgres;

import io.pgha.model.ControlData;
import io.pgha.model.NodeId;
import io.pgha.model.ReleaseToken;
import io.pgha.plan.CloneMode;
import io.pgha.postgres.ArchiveFiles.Item;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A released database in one file, for nodes that cannot reach each other: a tar file that any tar can list, with a header, a
 * SHA-256 of every file and the release's token in it.
 */
public final class ReleaseArchive {

    /** A tar header a file, one line of manifest, both rounded up. */
    private static final long BYTES_PER_ENTRY = 1024;

    private final Path dataDirectory;
    private final LongStep step;

    /**
     * @param dataDirectory PGDATA as configured
     * @param step progress out, cancellation in
     */
    public ReleaseArchive(Path dataDirectory, LongStep step) {
        this.dataDirectory = dataDirectory;
        this.step = step;
    }

    /**
     * Packs the stopped database. The file is complete and on disk when this returns; one of the same release that is there
     * already is left as it is.
     *
     * @param file must not exist, or be of this release
     * @param token of the release
     * @param control what pg_controldata says now: proves the clean stop, and that the token speaks of this database
     * @throws DataDirectoryException FAILED, REFUSED (space, not stopped cleanly, another file there) or CANCELLED
     */
    public void pack(Path file, ReleaseToken token, ControlData control)
            throws DataDirectoryException {
        try {
            Path target = file.toAbsolutePath().normalize();
            if (Files.exists(target)) {
                requireSame(target, token);
                return;
            }
            requireReleased(token, control);
            Layout layout = Layout.read(dataDirectory);
            ClusterProcesses.requireNone(layout.data(), "packing the database");
            if (target.startsWith(layout.data())) {
                throw DataDirectoryException.refused(
                        target + " lies in the data directory itself: choose another place");
            }
            step.report("listing the files of " + layout.data());
            List<Item> items = ArchiveFiles.list(layout);
            ArchiveHeader header = header(token, layout, items);
            requireSpace(target, header);
            new ArchivePacker(step).pack(target, header, items);
        } catch (IOException e) {
            throw DataDirectoryException.failed("packing " + dataDirectory + " into " + file, e);
        }
    }

    /**
     * What the archive says of itself, unverified: for a verdict before anything is unpacked.
     *
     * @throws DataDirectoryException REFUSED when it is none of ours
     */
    public static ReleaseToken tokenOf(Path file) throws DataDirectoryException {
        try {
            return ArchiveUnpacker.header(file).token();
        } catch (IOException | IllegalArgumentException e) {
            throw refused(file, e);
        }
    }

    /**
     * Unpacks the archive beside the old copy, which is not touched, as a complete copy of the attempt. Returns the token,
     * which the caller must make durable.
     *
     * @param self this node; the release must be for it
     * @param systemId of the pair's database, when it is known
     * @param attempt names the copy; the same name again means the same copy
     * @throws DataDirectoryException FAILED, REFUSED (cut off, changed, foreign, too little space) or CANCELLED
     */
    public ReleaseToken unpack(Path file, NodeId self, Optional<String> systemId, String attempt)
            throws DataDirectoryException {
        ArchiveHeader header;
        try {
            header = ArchiveUnpacker.header(file);
            requireForUs(file, header, self, systemId);
        } catch (IOException | IllegalArgumentException e) {
            throw refused(file, e);
        }
        CopyTarget target = new CopyTarget(dataDirectory, step);
        if (!target.isComplete(attempt)) {
            CopyLedger ledger = target.begin(attempt, CloneMode.ASIDE, header.content());
            try {
                new ArchiveUnpacker(file, step).unpack(ledger);
                target.complete(ledger);
            } catch (IOException e) {
                DataDirectoryException refused = refused(file, e);
                target.abandon(ledger, refused);
                throw refused;
            } catch (DataDirectoryException e) {
                target.abandon(ledger, e);
                throw e;
            }
        }
        return header.token();
    }

    private static DataDirectoryException refused(Path file, Exception why) {
        return DataDirectoryException.refused("the archive " + file + " is not used: "
                + why.getMessage() + ". Copy it again from the released node");
    }

    private static void requireSame(Path file, ReleaseToken token) throws DataDirectoryException {
        if (!tokenOf(file).equals(token)) {
            throw DataDirectoryException.refused(file + " exists and is of release "
                    + tokenOf(file).id() + ", not " + token.id() + ": choose another name");
        }
    }

    private void requireReleased(ReleaseToken token, ControlData control)
            throws DataDirectoryException {
        if (!control.isCleanStop()) {
            throw DataDirectoryException.refused("the database in " + dataDirectory
                    + " was not stopped cleanly (pg_control says '" + control.clusterState()
                    + "'): start it, stop it with pg_ctl stop -m fast, release again");
        }
        if (!control.systemId().equals(token.systemId())
                || control.timeline() != token.timeline()
                || !control.end().equals(token.end())) {
            throw DataDirectoryException.refused("the release speaks of system "
                    + token.systemId() + ", timeline " + token.timeline() + ", " + token.end()
                    + ", but " + dataDirectory + " is at " + control.systemId() + ", timeline "
                    + control.timeline() + ", " + control.end()
                    + ": it has been started since. Cancel the release and release again");
        }
    }

    private static void requireForUs(
            Path file, ArchiveHeader header, NodeId self, Optional<String> systemId)
            throws IOException {
        if (!header.target().equals(self.name())) {
            throw new IOException(
                    "it releases to node " + header.target() + ", and this is " + self.name());
        }
        if (systemId.isPresent() && !systemId.get().equals(header.systemId())) {
            throw new IOException("it holds database system " + header.systemId()
                    + ", and the pair's is " + systemId.get());
        }
        long least = header.bytes() + header.entries() * (long) TarWriter.BLOCK;
        if (Files.size(file) < least) {
            throw new IOException("it is cut off: it has " + Files.size(file)
                    + " bytes and must have more than " + least);
        }
    }

    private static ArchiveHeader header(ReleaseToken token, Layout layout, List<Item> items) {
        List<ArchiveHeader.Tablespace> tablespaces = new ArrayList<>();
        for (Layout.Tablespace tablespace : layout.tablespaces()) {
            tablespaces.add(new ArchiveHeader.Tablespace(
                    tablespace.oid(),
                    tablespace.location().toString(),
                    bytes(items, ArchiveFiles.TABLESPACES + "/" + tablespace.oid() + "/")));
        }
        long wal = bytes(items, ArchiveFiles.WAL + "/");
        return new ArchiveHeader(
                ArchiveHeader.FORMAT,
                token.systemId(),
                layout.major().orElse(CopyLedger.NO_VERSION),
                token.timeline(),
                token.end().toString(),
                token.id(),
                token.epoch().number(),
                token.target().name(),
                bytes(items, ArchiveFiles.DATA + "/") - wal,
                wal,
                items.size(),
                tablespaces);
    }

    private static long bytes(List<Item> items, String prefix) {
        return items.stream()
                .filter(item -> item.name().startsWith(prefix))
                .mapToLong(Item::size)
                .sum();
    }

    private static void requireSpace(Path file, ArchiveHeader header)
            throws IOException, DataDirectoryException {
        Path directory = DurableFiles.parent(file);
        if (!Files.isDirectory(directory) || !Files.isWritable(directory)) {
            throw DataDirectoryException.refused("the archive cannot be written into " + directory
                    + ": it is no directory, or PostgreSQL's owner may not write there");
        }
        long needed = header.bytes() + header.entries() * BYTES_PER_ENTRY;
        Space space = Space.of(List.of(new Space(directory, needed, 0))).get(0);
        if (!space.suffices()) {
            throw DataDirectoryException.refused("the archive " + space.words());
        }
    }
}
