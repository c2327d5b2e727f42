package io.pgha.postgres;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileStore;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What one file system must take, and what it can.
 *
 * @param where a directory on it
 * @param neededBytes what would be written
 * @param freeBytes what a process without special rights may still write
 */
public record Space(Path where, long neededBytes, long freeBytes) {

    /** True when it fits. */
    public boolean suffices() {
        return neededBytes <= freeBytes;
    }

    /** As in "needs 12.3 GB, 4.1 GB free on /x". */
    public String words() {
        return "needs " + size(neededBytes) + ", " + size(freeBytes) + " free on " + where;
    }

    /** Adds up what goes to the same file system. The directories need not exist yet; something above them must. */
    static List<Space> of(List<Space> single) throws IOException {
        List<Space> sums = new ArrayList<>();
        List<FileStore> stores = new ArrayList<>();
        for (Space need : single) {
            FileStore store = Files.getFileStore(existing(need.where()));
            int known = stores.indexOf(store);
            if (known < 0) {
                stores.add(store);
                sums.add(new Space(
                        need.where(),
                        need.neededBytes(),
                        store.getUsableSpace() + need.freeBytes()));
            } else {
                Space sum = sums.get(known);
                sums.set(
                        known,
                        new Space(
                                sum.where(),
                                sum.neededBytes() + need.neededBytes(),
                                sum.freeBytes() + need.freeBytes()));
            }
        }
        return sums;
    }

    /** Decimal units, as disks are sold and as df -H prints. */
    static String size(long bytes) {
        String[] units = {"kB", "MB", "GB", "TB"};
        double value = bytes / 1000.0;
        int unit = 0;
        while (value >= 1000 && unit < units.length - 1) {
            value /= 1000;
            unit++;
        }
        return String.format(Locale.ROOT, "%.1f %s", value, units[unit]);
    }

    /** Bytes that the files below occupy, links not followed. */
    static long used(Path root) throws IOException {
        long[] sum = new long[1];
        if (Files.exists(root)) {
            Files.walkFileTree(root, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes facts) {
                    sum[0] += facts.size();
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException why)
                        throws IOException {
                    // A running server removes files meanwhile; lost+found belongs to root.
                    if (why instanceof NoSuchFileException
                            || why instanceof AccessDeniedException) {
                        return FileVisitResult.CONTINUE;
                    }
                    throw why;
                }
            });
        }
        return sum[0];
    }

    private static Path existing(Path path) {
        Path at = path;
        while (!Files.exists(at)) {
            at = DurableFiles.parent(at);
        }
        return at;
    }
}
