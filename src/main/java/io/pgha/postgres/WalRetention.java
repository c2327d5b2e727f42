package io.pgha.postgres;

import io.pgha.config.Settings.ArchiveSettings;
import io.pgha.engine.EventLine.Severity;
import io.pgha.model.PostgresView;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Deletes WAL that nobody needs any more from the archive, by {@link RetentionRule}: only on a primary, only in an archive
 * that pgha-archive began for this cluster, never a timeline history file and never a foreign name.
 *
 * <p>The archive may lie on a dead network mount, where a system call does not come back: the work runs on a thread of its
 * own, and {@link #run} returns at the deadline. While such a thread is stuck no second one is started.
 */
public final class WalRetention {

    /** The file by which an archive says whose it is; pgha-archive writes it. */
    public static final String MARKER = ".pgha-archive";

    private static final String ASIDE = ".pgha-tmp";
    private static final Duration STRAY = Duration.ofDays(1);
    private static final int MOST_FILES = 500_000;
    private static final int MOST_DELETES = 10_000;
    private static final int HISTORY_BYTES = 4096;

    private final Path archive;
    private final RetentionRule rule;
    private final Duration deadline;
    private Optional<FutureTask<RetentionDecision>> running = Optional.empty();

    /**
     * @param settings the archive; WAL is deleted at its write location
     * @param deadline how long one run may take before its caller goes on without it
     */
    public WalRetention(ArchiveSettings settings, Duration deadline) {
        this.archive = settings.write();
        this.rule = new RetentionRule(
                settings.keep(), settings.minimumFreeBytes(), settings.maximumBytes());
        this.deadline = deadline;
    }

    /**
     * Looks and deletes once. What it says has been done: a file that is named as deleted is gone. Safe from any thread; one
     * run at a time.
     *
     * @param primary a fresh look at the local PostgreSQL
     * @return what was deleted, or with severity WARN why nothing was
     */
    public synchronized RetentionDecision run(PostgresView primary) {
        if (primary.inRecovery()) {
            return nothing(Severity.INFO, "a standby deletes nothing from the WAL archive");
        }
        if (running.filter(r -> !r.isDone()).isPresent()) {
            return nothing(
                    Severity.WARN,
                    "the WAL archive " + archive + " still does not answer; is it mounted?");
        }
        FutureTask<RetentionDecision> task = new FutureTask<>(() -> work(primary));
        running = Optional.of(task);
        Thread thread = new Thread(task, "wal-retention");
        thread.setDaemon(true);
        thread.start();
        try {
            return task.get(deadline.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return nothing(
                    Severity.WARN,
                    "the WAL archive " + archive + " did not answer in " + deadline.toSeconds()
                            + " s; is it mounted?");
        } catch (ExecutionException e) {
            return nothing(
                    Severity.WARN,
                    "nothing more is deleted from the WAL archive " + archive + ": "
                            + reason(e.getCause() == null ? e : e.getCause()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return nothing(Severity.INFO, "looking at the WAL archive was interrupted");
        }
    }

    private RetentionDecision work(PostgresView primary) throws IOException {
        Optional<String> refusal = refusal(primary.systemId());
        if (refusal.isPresent()) {
            return nothing(Severity.WARN, refusal.get());
        }
        FileTime now = serverTime();
        List<ArchivedFile> files = new ArrayList<>();
        List<String> scratch = new ArrayList<>();
        list(now, files, scratch);
        long free = Files.getFileStore(archive).getUsableSpace();
        RetentionDecision decision = rule.decide(files, scratch, WalNeed.of(primary), free);
        if (decision.delete().size() > MOST_DELETES) {
            // The rest goes in the next runs: a run has a bound, and a wrong one does bounded harm.
            decision = new RetentionDecision(
                    decision.delete().subList(0, MOST_DELETES),
                    decision.overruled(),
                    decision.severity(),
                    decision.sentence() + " (the first " + MOST_DELETES + " of them now)");
        }
        for (ArchivedFile file : decision.delete()) {
            Files.deleteIfExists(archive.resolve(file.name()));
        }
        return decision;
    }

    private Optional<String> refusal(String systemId) throws IOException {
        Path marker = archive.resolve(MARKER);
        String content;
        try {
            content = Files.readString(marker);
        } catch (NoSuchFileException e) {
            return Optional.of("nothing is deleted from " + archive + ": it has no " + MARKER
                    + ", so pgha did not write it or it is not mounted");
        }
        if (content.lines().noneMatch(l -> l.equals("system_identifier=" + systemId))) {
            return Optional.of("nothing is deleted from " + archive
                    + ": it belongs to another cluster than system identifier " + systemId);
        }
        return Optional.empty();
    }

    /**
     * The time at the file server, as a file written now shows it: ages are differences of two stamps of one clock. A clock
     * that jumps can only make unneeded WAL go early, since needs are positions and not times.
     */
    private FileTime serverTime() throws IOException {
        Path probe = archive.resolve(ASIDE + ".clock." + UUID.randomUUID());
        try {
            Files.write(probe, new byte[] {'\n'});
            return Files.getLastModifiedTime(probe);
        } finally {
            Files.deleteIfExists(probe);
        }
    }

    private void list(FileTime now, List<ArchivedFile> files, List<String> scratch)
            throws IOException {
        int seen = 0;
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(archive)) {
            for (Path entry : entries) {
                if (++seen > MOST_FILES) {
                    throw new IOException("it holds more than " + MOST_FILES + " files");
                }
                String name = String.valueOf(entry.getFileName());
                if (ArchivedFile.kind(name).isPresent() || name.startsWith(ASIDE + ".")) {
                    look(entry, name, now, files, scratch);
                }
            }
        }
    }

    private static void look(
            Path entry, String name, FileTime now, List<ArchivedFile> files, List<String> scratch)
            throws IOException {
        BasicFileAttributes facts;
        try {
            facts = Files.readAttributes(
                    entry, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException e) {
            return; // An archiver has just put its copy in place.
        }
        if (!facts.isRegularFile()) {
            return;
        }
        Duration age =
                Duration.ofMillis(now.toMillis() - facts.lastModifiedTime().toMillis());
        if (name.startsWith(ASIDE)) {
            if (age.compareTo(STRAY) > 0) {
                // An archiver was killed in the middle; its copy was never linked to a name.
                Files.deleteIfExists(entry);
            }
            return;
        }
        files.add(new ArchivedFile(name, facts.size(), age));
        if (name.endsWith(".backup") && facts.size() <= HISTORY_BYTES && isScratch(entry)) {
            scratch.add(name);
        }
    }

    /** A clone for a standby is no backup; pgha's own carry a label that says so. What cannot be read counts as a backup. */
    private static boolean isScratch(Path history) throws IOException {
        String text = new String(Files.readAllBytes(history), StandardCharsets.ISO_8859_1);
        return text.lines().anyMatch(l -> l.startsWith("LABEL: pgha "));
    }

    private static RetentionDecision nothing(Severity severity, String sentence) {
        return new RetentionDecision(List.of(), List.of(), severity, sentence);
    }

    private static String reason(Throwable cause) {
        return cause instanceof IOException && cause.getClass() != IOException.class
                ? cause.getClass().getSimpleName().replace("Exception", "") + " "
                        + cause.getMessage()
                : String.valueOf(cause.getMessage());
    }
}
