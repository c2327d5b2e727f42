package io.pgha.postgres;

import io.pgha.os.PidFd;
import io.pgha.os.ProcessEntry;
import io.pgha.os.Signal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What recovery is told while this standby takes over: no WAL receiver any more, and where rescued WAL lies. It is written to
 * postgresql.auto.conf as PostgreSQL's owner, since the role of a daemon may not ALTER SYSTEM; what stood there is kept in a
 * file of its own until it is put back, whatever dies in between.
 */
public final class RecoveryOverride {

    private static final Set<String> NAMES = Set.of(
            "primary_conninfo",
            "wal_retrieve_retry_interval",
            "restore_command",
            "recovery_min_apply_delay");

    /** Recovery looks again this often; a reload wakes it besides. */
    private static final String RETRY_INTERVAL = "100ms";

    private static final String KEPT = "recovery-settings.kept";

    private final AutoConf conf;
    private final LiveCluster cluster;
    private final Path kept;

    /** @param stateDirectory where the settings that are overridden are kept */
    public RecoveryOverride(Path dataDirectory, Path stateDirectory) {
        this.conf = new AutoConf(dataDirectory);
        this.cluster = new LiveCluster(dataDirectory);
        this.kept = stateDirectory.resolve(KEPT);
    }

    /**
     * Switches the receiver off, and has recovery ask {@code restoreCommand} for segments. Done when the files are on disk and
     * PostgreSQL was told; it follows within a moment.
     */
    public void begin(String restoreCommand) throws IOException {
        if (!Files.exists(kept)) {
            String lines = String.join("\n", conf.linesOf(NAMES::contains)) + "\n";
            DurableFiles.replace(kept, lines.getBytes(StandardCharsets.UTF_8));
        }
        conf.exchange(
                NAMES::contains,
                List.of(
                        line("primary_conninfo", ""),
                        line("wal_retrieve_retry_interval", RETRY_INTERVAL),
                        line("restore_command", restoreCommand),
                        // Leaving recovery ends a delay anyway; what is fetched is replayed before.
                        line("recovery_min_apply_delay", "0")));
        wake();
    }

    private static String line(String name, String value) {
        return name + " = " + AutoConf.quote(value);
    }

    /** Everything is as it was before {@link #begin}; without one nothing happens. Works whether the server runs or not. */
    public void end() throws IOException {
        if (!Files.exists(kept)) {
            return;
        }
        List<String> lines =
                Files.readString(kept).lines().filter(line -> !line.isEmpty()).toList();
        conf.exchange(NAMES::contains, lines);
        DurableFiles.delete(kept);
        wake();
    }

    /** PostgreSQL reads its files again, and recovery looks for WAL at once. */
    public void wake() throws IOException {
        Optional<PidFd> postmaster = cluster.holdPostmaster();
        if (postmaster.isPresent()) {
            try (PidFd held = postmaster.get()) {
                held.signal(Signal.HANGUP);
            }
        }
    }

    /** A receiver that stands still hears the order to end only when somebody continues it. */
    public void continueFrozen() throws IOException {
        for (ProcessEntry receiver : cluster.receivers()) {
            Optional<PidFd> held = receiver.isFrozen() ? cluster.hold(receiver) : Optional.empty();
            if (held.isPresent()) {
                try (PidFd process = held.get()) {
                    process.signal(Signal.CONTINUE);
                }
            }
        }
    }
}
