package io.pgha.postgres;

import io.pgha.json.Json;
import io.pgha.json.JsonRefused;
import io.pgha.model.Epoch;
import io.pgha.model.Lsn;
import io.pgha.model.NodeId;
import io.pgha.model.ReleaseToken;
import io.pgha.postgres.PeerCluster.SizedTablespace;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The first entry of a release archive: what it is, and for whom.
 *
 * @param format version of the archive's form
 * @param systemId of the database
 * @param major PostgreSQL's major version
 * @param timeline of the shutdown checkpoint
 * @param end position of the shutdown checkpoint
 * @param tokenId of the release
 * @param epoch of the released primary
 * @param target the node that may redeem it
 * @param dataBytes bytes of PGDATA without WAL
 * @param walBytes bytes of WAL
 * @param entries files and directories
 * @param tablespaces with where they lay
 */
record ArchiveHeader(
        int format,
        String systemId,
        String major,
        int timeline,
        String end,
        String tokenId,
        long epoch,
        String target,
        long dataBytes,
        long walBytes,
        int entries,
        List<Tablespace> tablespaces) {

    static final int FORMAT = 1;

    private static final Json JSON = new Json(Json.Unknown.NULL);

    ArchiveHeader {
        tablespaces = List.copyOf(tablespaces);
    }

    /** A tablespace as the header names it. */
    record Tablespace(long oid, String location, long bytes) {}

    long bytes() {
        return dataBytes
                + walBytes
                + tablespaces.stream().mapToLong(Tablespace::bytes).sum();
    }

    ReleaseToken token() {
        return new ReleaseToken(
                tokenId, systemId, new Epoch(epoch), new NodeId(target), Lsn.parse(end), timeline);
    }

    CopyContent content() {
        return new CopyContent(
                major,
                dataBytes,
                walBytes,
                tablespaces.stream()
                        .map(t -> new SizedTablespace(t.oid(), Path.of(t.location()), t.bytes()))
                        .toList());
    }

    String json() {
        return JSON.write(this);
    }

    static ArchiveHeader parse(String json) throws IOException {
        ArchiveHeader header;
        try {
            header = JSON.read(json, ArchiveHeader.class);
        } catch (JsonRefused e) {
            throw new IOException("its first entry is not a header of pgha: " + e.getMessage(), e);
        }
        if (header.format() != FORMAT) {
            throw new IOException("it has format " + header.format() + ", and this pgha reads "
                    + FORMAT + ": use the same version on both nodes");
        }
        return header;
    }
}
