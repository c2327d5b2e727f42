package io.pgha.postgres;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where the parts of one data directory lie. A look changes nothing.
 *
 * @param data PGDATA with symbolic links resolved; need not exist
 * @param present PGDATA holds a database, complete or not: it has PG_VERSION
 * @param major what PG_VERSION says, such as 15; empty when not present
 * @param mountPoint a file system is mounted on PGDATA, so that it cannot be renamed
 * @param wal the directory that pg_wal points to when it is a symbolic link
 * @param tablespaces what the links in pg_tblspc point to, by OID
 */
public record Layout(
        Path data,
        boolean present,
        Optional<String> major,
        boolean mountPoint,
        Optional<Path> wal,
        List<Tablespace> tablespaces) {

    public Layout {
        tablespaces = List.copyOf(tablespaces);
    }

    /**
     * A tablespace.
     *
     * @param oid its OID, the name of its link in pg_tblspc
     * @param location where its PG_*major*_* directory lies
     */
    public record Tablespace(long oid, Path location) {}

    /**
     * Looks at a data directory.
     *
     * @throws IOException when something that exists cannot be read; the message names it
     */
    public static Layout read(Path dataDirectory) throws IOException {
        Path data = resolve(dataDirectory);
        Path version = data.resolve("PG_VERSION");
        boolean present = Files.exists(version);
        return new Layout(
                data,
                present,
                present ? Optional.of(Files.readString(version).strip()) : Optional.empty(),
                isMountPoint(data, Path.of("/proc/self/mountinfo")),
                target(data.resolve("pg_wal")),
                tablespaces(data));
    }

    /** What the link in pg_tblspc points to, for a tablespace that is here too. */
    Optional<Path> locationOf(long oid) {
        return tablespaces.stream()
                .filter(t -> t.oid() == oid)
                .map(Tablespace::location)
                .findFirst();
    }

    /** Where PGDATA is, or would be: during an exchange there is a moment at which it is not there. */
    static Path resolve(Path path) throws IOException {
        if (Files.exists(path)) {
            return path.toRealPath();
        }
        Path absolute = path.toAbsolutePath().normalize();
        Path above = DurableFiles.parent(absolute);
        if (Files.isSymbolicLink(absolute)) {
            absolute = above.resolve(Files.readSymbolicLink(absolute)).normalize();
            above = DurableFiles.parent(absolute);
        }
        return Files.exists(above) ? above.toRealPath().resolve(absolute.getFileName()) : absolute;
    }

    private static Optional<Path> target(Path link) throws IOException {
        if (!Files.isSymbolicLink(link)) {
            return Optional.empty();
        }
        Path points =
                DurableFiles.parent(link).resolve(Files.readSymbolicLink(link)).normalize();
        return Optional.of(Files.exists(points) ? points.toRealPath() : points);
    }

    /** Directories instead of links (allow_in_place_tablespaces, for developers) move with PGDATA by themselves. */
    private static List<Tablespace> tablespaces(Path data) throws IOException {
        List<Tablespace> found = new ArrayList<>();
        for (Path entry : DurableFiles.entries(data.resolve("pg_tblspc"))) {
            Optional<Path> location = target(entry);
            if (location.isPresent() && entry.getFileName().toString().matches("\\d{1,10}")) {
                found.add(new Tablespace(
                        Long.parseLong(entry.getFileName().toString()), location.get()));
            }
        }
        return found;
    }

    /** proc(5): the fifth field is the mount point, with blanks and the like written as octal escapes. */
    static boolean isMountPoint(Path path, Path mountInfo) throws IOException {
        if (!Files.isDirectory(path, NOFOLLOW_LINKS)) {
            return false;
        }
        String wanted = path.toString();
        for (String line : Files.readAllLines(mountInfo)) {
            String[] fields = line.split(" ", 6);
            if (fields.length > 4 && unescape(fields[4]).equals(wanted)) {
                return true;
            }
        }
        return false;
    }

    private static String unescape(String field) {
        return field.replace("\\040", " ")
                .replace("\\011", "\t")
                .replace("\\012", "\n")
                .replace("\\134", "\\");
    }
}
