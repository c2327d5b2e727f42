package io.pgha.postgres;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Lists what of a stopped database goes into an archive, under which names: {@code data/}, with pg_wal in it wherever it lies,
 * and {@code tablespaces/OID/}.
 */
final class ArchiveFiles {

    static final String DATA = "data";
    static final String WAL = "data/pg_wal";
    static final String TABLESPACES = "tablespaces";

    /** Nothing of them survives a clean stop, or it is this node's own; a base backup leaves them out as well. */
    private static final Set<String> LEFT_OUT = Set.of(
            "postmaster.pid",
            "postmaster.opts",
            "standby.signal",
            "recovery.signal",
            "backup_manifest",
            "lost+found");

    /** Directories that must be there, but empty: slots hold WAL back for somebody who will not come to the new primary. */
    private static final Set<String> EMPTY = Set.of(
            "pg_replslot",
            "pg_dynshmem",
            "pg_notify",
            "pg_serial",
            "pg_snapshots",
            "pg_stat_tmp",
            "pg_subtrans");

    private ArchiveFiles() {}

    /**
     * A file or directory of the database.
     *
     * @param name in the archive
     * @param path on disk
     * @param directory a directory, not a file
     * @param mode permission bits
     * @param size bytes; 0 for a directory
     */
    record Item(String name, Path path, boolean directory, int mode, long size) {}

    static List<Item> list(Layout layout) throws IOException {
        List<Item> items = new ArrayList<>();
        for (Path entry : DurableFiles.entries(layout.data())) {
            String name = entry.getFileName().toString();
            if (LEFT_OUT.contains(name) || name.startsWith("pgsql_tmp")) {
                continue;
            }
            if (name.equals("pg_wal")) {
                add(items, layout.wal().orElse(entry), WAL);
            } else if (EMPTY.contains(name)) {
                items.add(item(entry, DATA + "/" + name));
            } else {
                add(items, entry, DATA + "/" + name);
            }
        }
        String version = "PG_" + layout.major().orElse(CopyLedger.NO_VERSION) + "_";
        for (Layout.Tablespace tablespace : layout.tablespaces()) {
            for (Path entry : DurableFiles.entries(tablespace.location())) {
                String name = entry.getFileName().toString();
                if (name.startsWith(version)) {
                    add(items, entry, TABLESPACES + "/" + tablespace.oid() + "/" + name);
                }
            }
        }
        return items;
    }

    /** Symbolic links below are left out, as by a base backup: what they lead to is not the database's. */
    private static void add(List<Item> items, Path root, String name) throws IOException {
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes facts)
                    throws IOException {
                String last = directory.getFileName().toString();
                if (last.startsWith("pgsql_tmp")) {
                    return FileVisitResult.SKIP_SUBTREE;
                }
                items.add(item(directory, nameOf(directory)));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes facts)
                    throws IOException {
                if (facts.isRegularFile()) {
                    items.add(item(file, nameOf(file)));
                }
                return FileVisitResult.CONTINUE;
            }

            private String nameOf(Path path) {
                return path.equals(root) ? name : name + "/" + root.relativize(path);
            }
        });
    }

    private static Item item(Path path, String name) throws IOException {
        boolean directory = Files.isDirectory(path);
        return new Item(
                name,
                path,
                directory,
                mode(Files.getPosixFilePermissions(path)),
                directory ? 0 : Files.size(path));
    }

    private static int mode(Set<PosixFilePermission> permissions) {
        int mode = 0;
        for (char c : PosixFilePermissions.toString(permissions).toCharArray()) {
            mode = (mode << 1) | (c == '-' ? 0 : 1);
        }
        return mode;
    }

    static Set<PosixFilePermission> permissions(int mode) {
        StringBuilder text = new StringBuilder("rwxrwxrwx");
        for (int i = 0; i < text.length(); i++) {
            if ((mode & (0400 >> i)) == 0) {
                text.setCharAt(i, '-');
            }
        }
        return PosixFilePermissions.fromString(text.toString());
    }
}
