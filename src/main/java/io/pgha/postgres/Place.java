package io.pgha.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * One directory of a database that is exchanged as a whole: PGDATA, a pg_wal elsewhere, or a tablespace.
 *
 * <p>SIBLING: the directory itself is renamed. INSIDE: its entries are moved, one after the other, to and from sub-directories
 * of it, which are on the same file system whatever is mounted where, and which need no right in the directory above.
 *
 * @param kind which part of the database
 * @param manner how it is exchanged
 * @param presence whether the old copy has it, the new one, or both
 * @param oid of the tablespace; 0 for the other kinds
 * @param root the directory
 */
record Place(Kind kind, Manner manner, Presence presence, long oid, Path root) {

    /**
     * Begins the name of everything that pgha keeps inside a PostgreSQL directory. Base backups, pg_rewind and pg_checksums
     * leave out what begins with pgsql_tmp (documentation of the replication protocol, BASE_BACKUP), so that a copy that
     * lies aside is never copied along.
     */
    static final String INSIDE_PREFIX = "pgsql_tmp.pgha-";

    /** What file systems put into their root, and what belongs to nobody's database. */
    static final Set<String> NOT_OURS = Set.of("lost+found", ".snapshot", ".zfs");

    enum Kind {
        DATA,
        WAL,
        TABLESPACE
    }

    enum Manner {
        SIBLING,
        INSIDE
    }

    enum Presence {
        OLD,
        NEW,
        BOTH
    }

    Path fresh(String attempt) {
        return named("new-" + attempt);
    }

    Path old(String attempt) {
        return named("old-" + attempt);
    }

    /** A name beside the directory, or within it. */
    Path named(String name) {
        return manner == Manner.SIBLING
                ? root.resolveSibling(root.getFileName() + ".pgha-" + name)
                : root.resolve(INSIDE_PREFIX + name);
    }

    boolean inOld() {
        return presence != Presence.NEW;
    }

    boolean inNew() {
        return presence != Presence.OLD;
    }

    /**
     * The entries of {@code directory} that belong to the database. A tablespace's location may be shared with clusters of
     * other major versions; only the directory of ours counts.
     */
    List<Path> entries(Path directory, String major) throws IOException {
        return DurableFiles.entries(directory).stream()
                .filter(entry -> belongs(entry.getFileName().toString(), major))
                .toList();
    }

    private boolean belongs(String name, String major) {
        if (kind == Kind.TABLESPACE) {
            return name.startsWith("PG_" + major + "_");
        }
        return !name.startsWith(INSIDE_PREFIX) && !NOT_OURS.contains(name);
    }

    /** In words, for progress and errors. */
    String words() {
        return switch (kind) {
            case DATA -> "data directory " + root;
            case WAL -> "pg_wal " + root;
            case TABLESPACE -> "tablespace " + oid + " " + root;
        };
    }

    /** SIBLING where the directory can be renamed, INSIDE where it cannot. */
    static Manner mannerOf(Layout layout) {
        Path above = DurableFiles.parent(layout.data());
        return layout.mountPoint() || !Files.isWritable(above) ? Manner.INSIDE : Manner.SIBLING;
    }
}
