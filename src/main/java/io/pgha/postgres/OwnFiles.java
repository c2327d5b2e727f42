package io.pgha.postgres;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Keeps what lies in PGDATA and is this node's and not the database's, when the database is replaced: configuration, certificates,
 * scripts, the server's log. A base backup brings the other node's; pg_rewind overwrites what both nodes have, and removes what
 * the other one has not (pg_rewind, "How It Works"). What lies elsewhere, as on Debian, stays anyway.
 *
 * <p>What is in the way is set aside by renaming, which needs neither room nor time and keeps owners and rights; a copy that
 * must stay whole meanwhile has its small files copied. What is kept under its own name is whole, and wins; what is not kept yet
 * has not been touched: so all of it may be begun again after a crash.
 */
final class OwnFiles {

    /** PostgreSQL's own beside what begins with pg_: signals, labels, and what describes a server that ran. */
    private static final Set<String> POSTGRES = Set.of(
            "PG_VERSION",
            "base",
            "global",
            "backup_label",
            "backup_label.old",
            "backup_manifest",
            "current_logfiles",
            "current_logfiles.tmp",
            "fallback_promote",
            "logrotate",
            "postgresql.auto.conf.tmp",
            "postmaster.opts",
            "postmaster.pid",
            "promote",
            "recovery.conf",
            "recovery.done",
            "recovery.signal",
            "standby.signal",
            "tablespace_map",
            "tablespace_map.old");

    /** Where servers before PostgreSQL 10 keep their log. */
    private static final String OLD_LOG = "pg_log";

    private static final String AUTO_CONF = "postgresql.auto.conf";
    /** Not yet whole; no entry of a node's own begins so. */
    private static final String PART = Place.INSIDE_PREFIX + "part";
    /** Larger entries are not copied. */
    private static final long COPIED_BYTES = 16L << 20;

    private final Path kept;

    private OwnFiles(Path kept) {
        this.kept = kept;
    }

    /** Those of a copy that is replaced by a new one: kept until that is in place and proven. */
    static OwnFiles of(CopyLedger ledger) {
        return new OwnFiles(ledger.data().named("kept"));
    }

    /** Those of a data directory that is rewound. */
    static OwnFiles ofRewound(Path data) {
        return new OwnFiles(data.resolveSibling(data.getFileName() + ".pgha-rewind-kept"));
    }

    /** This node's own among the entries of its data directory. */
    private static List<Path> among(Path data) throws IOException {
        return DurableFiles.entries(data).stream()
                .filter(entry -> isOwn(entry, entry.getFileName().toString()))
                .toList();
    }

    private static boolean isOwn(Path entry, String name) {
        boolean databases = name.startsWith("pg_")
                && !name.equals(OLD_LOG)
                && !Files.isRegularFile(entry, NOFOLLOW_LINKS);
        return !databases
                && !POSTGRES.contains(name)
                && !name.startsWith("pgsql_tmp")
                && !name.startsWith(".s.PGSQL.")
                && !name.endsWith(".pgha-tmp")
                && !Place.NOT_OURS.contains(name);
    }

    /** Copies the small ones that PostgreSQL can read, beside a copy that stays whole. */
    void copy(Path data) throws IOException {
        discard();
        DurableFiles.makeDirectory(kept, data);
        for (Path own : among(data)) {
            Path copy = kept.resolve(own.getFileName());
            try {
                if (Space.used(own) <= COPIED_BYTES) {
                    DurableFiles.copyTree(own, copy);
                }
            } catch (AccessDeniedException e) {
                DurableFiles.deleteTree(copy); // As words() says of it.
            }
        }
        keepEmptyAutoConf();
    }

    /**
     * Moves all of them aside; begun again, the rest of them.
     *
     * @throws IOException among other things when they would have to go to another file system which has no room
     */
    void setAside(Path data) throws IOException {
        DurableFiles.makeDirectory(kept, data);
        for (Path own : among(data)) {
            Path aside = kept.resolve(own.getFileName());
            if (!Files.exists(aside, NOFOLLOW_LINKS)) {
                try {
                    DurableFiles.move(own, aside);
                } catch (AtomicMoveNotSupportedException e) {
                    carry(own, aside);
                }
            }
        }
        keepEmptyAutoConf();
    }

    /** Over a border of file systems: what has its name is whole, and what is removed has arrived. */
    private void carry(Path own, Path aside) throws IOException {
        Space space = Space.of(List.of(new Space(kept, Space.used(own), 0))).get(0);
        if (!space.suffices()) {
            throw new IOException(
                    "setting " + own + " aside " + space.words() + "; make room, or move it away");
        }
        Path part = kept.resolve(PART);
        DurableFiles.deleteTree(part);
        DurableFiles.copyTree(own, part);
        DurableFiles.move(part, aside);
        Path rubbish = own.resolveSibling(PART);
        DurableFiles.deleteTree(rubbish);
        DurableFiles.move(own, rubbish);
        DurableFiles.deleteTree(rubbish);
    }

    /** A node that never changed a setting by ALTER SYSTEM must not get the other node's. */
    private void keepEmptyAutoConf() throws IOException {
        if (!Files.exists(kept.resolve(AUTO_CONF), NOFOLLOW_LINKS)) {
            DurableFiles.replace(kept.resolve(AUTO_CONF), new byte[0]);
        }
    }

    /** Copies of the small ones, in the place of what was set aside: programs that read the configuration find it. */
    void lend(Path data) throws IOException {
        for (Path own : whole()) {
            if (Space.used(own) <= COPIED_BYTES) {
                DurableFiles.copyTree(own, data.resolve(own.getFileName()));
            }
        }
    }

    /** True when there was a copy here, whose files are kept or have been installed. */
    boolean isKept() {
        return Files.exists(kept);
    }

    /** In sentences, before {@link #install}: what is kept, and what only the old copy has. */
    List<String> words(Path data) throws IOException {
        List<String> words = new ArrayList<>();
        for (Path own : whole()) {
            words.add("kept this node's own " + own.getFileName());
        }
        for (Path own : among(data)) {
            if (!Files.exists(kept.resolve(own.getFileName()), NOFOLLOW_LINKS)) {
                words.add(
                        own.getFileName() + " of this node (" + Space.size(Space.used(own))
                                + ") is too large, or not readable, and is not taken along: it goes with the old copy");
            }
        }
        return words;
    }

    /** Puts them over what lies there, if anything; of what was kept, nothing is left. */
    void install(Path copy) throws IOException {
        for (Path own : whole()) {
            Path place = copy.resolve(own.getFileName());
            DurableFiles.deleteTree(place);
            bring(own, place);
        }
    }

    private static void bring(Path own, Path place) throws IOException {
        try {
            DurableFiles.move(own, place);
        } catch (AtomicMoveNotSupportedException e) {
            DurableFiles.copyTree(own, place);
            DurableFiles.deleteTree(own);
        }
    }

    private List<Path> whole() throws IOException {
        return DurableFiles.entries(kept).stream()
                .filter(entry -> !entry.endsWith(PART))
                .toList();
    }

    /** Whatever is kept goes. */
    void discard() throws IOException {
        DurableFiles.deleteTree(kept);
    }
}
