package io.pgha.postgres;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Keeps this node's own configuration when its data is replaced: a base backup brings the other node's files (port, addresses,
 * certificates), and pg_hba.conf lists the other node's peer. Only for files in PGDATA; those elsewhere (Debian) stay anyway.
 */
final class OwnConfiguration {

    /** Files and directories of PGDATA that describe the node and not the data. */
    private static final List<String> NAMES = List.of(
            "postgresql.conf",
            "postgresql.auto.conf",
            "pg_hba.conf",
            "pg_ident.conf",
            "conf.d",
            "environment",
            "server.crt",
            "server.key",
            "root.crt",
            "root.crl");

    private static final String DONE = ".complete";

    private OwnConfiguration() {}

    /** Where it is kept until the new copy is in place and proven. */
    static Path directory(CopyLedger ledger) {
        return ledger.data().named("kept");
    }

    /**
     * Copies the configuration of the present data directory aside; on disk when it returns. One that was kept by an earlier
     * attempt is used when there is no whole data directory any more.
     */
    static void keep(CopyLedger ledger, Layout layout) throws IOException {
        keep(directory(ledger), layout);
    }

    /** The same, at a place of the caller's. */
    static void keep(Path kept, Layout layout) throws IOException {
        if (!layout.present() && Files.exists(kept.resolve(DONE))) {
            return;
        }
        DurableFiles.deleteTree(kept);
        if (!layout.present()) {
            return;
        }
        DurableFiles.makeDirectory(kept, layout.data());
        for (String name : NAMES) {
            Path own = layout.data().resolve(name);
            if (Files.exists(own, NOFOLLOW_LINKS)) {
                DurableFiles.copyTree(own, kept.resolve(name));
            }
        }
        DurableFiles.replace(kept.resolve(DONE), new byte[0]);
    }

    /**
     * Puts what was kept over what the copy brought, and marks the copy as standby, so that nobody can start it as a second
     * primary. Returns what a person should know, in sentences.
     */
    static List<String> install(CopyLedger ledger, Path copy) throws IOException {
        return install(directory(ledger), copy);
    }

    /** The same, from a place of the caller's. */
    static List<String> install(Path kept, Path copy) throws IOException {
        List<String> notes = new ArrayList<>();
        DurableFiles.replace(copy.resolve("standby.signal"), new byte[0]);
        if (!Files.exists(kept.resolve(DONE))) {
            StandbyConfiguration.forgetOrigin(copy);
            if (Files.exists(copy.resolve("postgresql.conf"))) {
                notes.add(
                        "there was no old copy with a configuration of its own: postgresql.conf and"
                                + " pg_hba.conf are the other node's; look at port, listen_addresses and paths");
            }
            return notes;
        }
        for (String name : NAMES) {
            Path own = kept.resolve(name);
            if (Files.exists(own, NOFOLLOW_LINKS)) {
                DurableFiles.deleteTree(copy.resolve(name));
                DurableFiles.copyTree(own, copy.resolve(name));
                notes.add("kept this node's own " + name);
            }
        }
        if (!Files.exists(kept.resolve("postgresql.auto.conf"))) {
            StandbyConfiguration.forgetOrigin(copy);
        }
        return notes;
    }
}
