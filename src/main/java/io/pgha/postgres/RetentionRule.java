package io.pgha.postgres;

import io.pgha.engine.EventLine.Severity;
import io.pgha.model.Lsn;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Which archived WAL may go; decides and touches nothing.
 *
 * <p>WAL goes from the oldest end only, so that no hole is ever made. A file goes when it is older than {@code keep}, or when
 * space is short, and in both cases only if no standby, slot or base backup needs it. Above {@code maximumBytes} the oldest go
 * even if somebody needs them. The newest file always stays.
 *
 * @param keep minimum age
 * @param minimumFreeBytes below this much free space age is no longer asked for
 * @param maximumBytes the cap on what the archive holds; 0: none
 */
public record RetentionRule(Duration keep, long minimumFreeBytes, long maximumBytes) {

    private static final long SMALLEST_SEGMENT = 1L << 20;
    private static final long LARGEST_SEGMENT = 1L << 30;

    /**
     * Decides.
     *
     * @param files what the archive holds; timeline history files and foreign names are left alone
     * @param scratch names of base backup history files that no person will restore from, such as those of clones
     * @param needs standbys and slots
     * @param freeBytes free space at the archive
     */
    public RetentionDecision decide(
            List<ArchivedFile> files, List<String> scratch, List<WalNeed> needs, long freeBytes) {
        List<ArchivedFile> wal = of(files, ArchivedFile.Kind.WAL);
        OptionalLong segment = segmentBytes(wal);
        if (segment.isEmpty()) {
            return new RetentionDecision(
                    List.of(), List.of(), Severity.INFO, "the archive holds no whole segment yet");
        }
        long size = segment.getAsLong();
        wal.sort(Comparator.comparingLong((ArchivedFile f) -> f.number(size))
                .thenComparing(ArchivedFile::name));
        List<ArchivedFile> backups = of(files, ArchivedFile.Kind.BACKUP);
        List<WalNeed> all = new ArrayList<>(needs);
        all.addAll(ofBackups(backups, scratch, size));
        return new Run(size, wal, all, freeBytes).decide(backups);
    }

    private static List<ArchivedFile> of(List<ArchivedFile> files, ArchivedFile.Kind kind) {
        return new ArrayList<>(
                files.stream().filter(f -> f.kind().equals(Optional.of(kind))).toList());
    }

    /** All whole segments of a cluster have one size, a power of two (initdb --wal-segsize); else nothing can be placed. */
    private static OptionalLong segmentBytes(List<ArchivedFile> wal) {
        List<Long> sizes = wal.stream()
                .filter(ArchivedFile::isWhole)
                .map(ArchivedFile::bytes)
                .distinct()
                .toList();
        if (sizes.isEmpty()) {
            return OptionalLong.empty();
        }
        long size = sizes.get(0);
        if (sizes.size() > 1
                || Long.bitCount(size) != 1
                || size < SMALLEST_SEGMENT
                || size > LARGEST_SEGMENT) {
            throw new IllegalArgumentException(
                    "segments in the archive have sizes " + sizes + ", expected one power of two;"
                            + " nothing is deleted: look for truncated files");
        }
        return OptionalLong.of(size);
    }

    /** The base backups younger than {@code keep}; when there is none, the newest, however old it is. */
    private List<WalNeed> ofBackups(
            List<ArchivedFile> backups, List<String> scratch, long segmentBytes) {
        List<ArchivedFile> real =
                backups.stream().filter(b -> !scratch.contains(b.name())).toList();
        List<ArchivedFile> young =
                real.stream().filter(b -> b.age().compareTo(keep) <= 0).toList();
        List<ArchivedFile> needed = young.isEmpty()
                ? real.stream().min(Comparator.comparing(ArchivedFile::age)).stream()
                        .toList()
                : young;
        return needed.stream()
                .map(b -> new WalNeed(
                        "base backup " + b.name(), new Lsn(b.number(segmentBytes) * segmentBytes)))
                .toList();
    }

    /** One decision under way. */
    private final class Run {
        private final long segmentBytes;
        private final List<ArchivedFile> wal;
        private final List<WalNeed> needs;
        private final long freeBytes;
        private final List<ArchivedFile> delete = new ArrayList<>();
        private final List<String> overruled = new ArrayList<>();
        private final long total;
        private long freed;

        Run(long segmentBytes, List<ArchivedFile> wal, List<WalNeed> needs, long freeBytes) {
            this.segmentBytes = segmentBytes;
            this.wal = wal;
            this.needs = needs;
            this.freeBytes = freeBytes;
            this.total = wal.stream().mapToLong(ArchivedFile::bytes).sum();
        }

        RetentionDecision decide(List<ArchivedFile> backups) {
            for (ArchivedFile file : wal.subList(0, wal.size() - 1)) {
                List<String> who = whoNeeds(file);
                boolean may = who.isEmpty() && (file.age().compareTo(keep) > 0 || isShort());
                if (!may && !isAboveCap()) {
                    break;
                }
                delete.add(file);
                freed += file.bytes();
                who.stream().filter(w -> !overruled.contains(w)).forEach(overruled::add);
            }
            int kept = wal.size() - delete.size();
            dropBackupsWithoutWal(backups);
            return new RetentionDecision(delete, overruled, severity(), sentence(kept));
        }

        private List<String> whoNeeds(ArchivedFile file) {
            return needs.stream()
                    .filter(n -> Long.divideUnsigned(n.from().value(), segmentBytes)
                            <= file.number(segmentBytes))
                    .map(WalNeed::who)
                    .toList();
        }

        private boolean isShort() {
            return freeBytes + freed < minimumFreeBytes;
        }

        private boolean isAboveCap() {
            return maximumBytes > 0 && total - freed > maximumBytes;
        }

        /** A history file goes with its WAL, unless its backup was overruled: then it stays as the trace of that. */
        private void dropBackupsWithoutWal(List<ArchivedFile> backups) {
            long oldest = wal.get(delete.size()).number(segmentBytes);
            for (ArchivedFile backup : backups) {
                boolean old = backup.age().compareTo(keep) > 0;
                if (old
                        && backup.number(segmentBytes) < oldest
                        && needs.stream().noneMatch(n -> n.who().endsWith(backup.name()))) {
                    delete.add(backup);
                }
            }
        }

        private Severity severity() {
            if (!overruled.isEmpty()) {
                return Severity.ERROR;
            }
            return isShort() || isAboveCap() ? Severity.WARN : Severity.INFO;
        }

        private String sentence(int kept) {
            String stays = kept + " WAL files (" + size(total - freed) + ") stay" + heldBy();
            if (!overruled.isEmpty()) {
                return "the WAL archive was above its cap of " + size(maximumBytes) + ": deleted "
                        + delete.size() + " files (" + size(freed)
                        + ") of which some were still needed by "
                        + String.join(", ", overruled)
                        + "; rebuild that standby or make a new base backup, and raise archive.maximum";
            }
            if (isShort()) {
                return "the WAL archive has " + size(freeBytes + freed)
                        + " of free space, less than archive.minimum_free " + size(minimumFreeBytes)
                        + ", after " + deleted() + "; " + stays;
            }
            return deleted() + "; " + stays;
        }

        private String deleted() {
            return delete.isEmpty()
                    ? "nothing was deleted from the WAL archive"
                    : "deleted " + delete.size() + " files (" + size(freed)
                            + ") from the WAL archive";
        }

        private String heldBy() {
            return needs.stream()
                    .min((a, b) -> a.from().compareTo(b.from()))
                    .map(n -> ", needed by " + n.who() + " from " + n.from() + " on")
                    .orElse("");
        }
    }

    private static String size(long bytes) {
        if (bytes >= 1L << 30) {
            return String.format(Locale.ROOT, "%.1f GB", bytes / (double) (1L << 30));
        }
        return String.format(Locale.ROOT, "%d MB", bytes >> 20);
    }
}
