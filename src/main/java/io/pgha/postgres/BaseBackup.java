package io.pgha.postgres;

import io.pgha.config.Settings.PostgresSettings;
import io.pgha.plan.CloneMode;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A complete, verified base backup of the peer beside this node's old copy, by pg_basebackup and pg_verifybackup.
 *
 * <p>Nothing of the old copy changes (IN_PLACE: it is removed, after the peer has answered and the marker is on disk). Killed or
 * failed at any line, it can be begun again and starts over; a copy that is complete is not taken twice. PostgreSQL may run
 * meanwhile, except IN_PLACE. The password comes from the password file only.
 */
public final class BaseBackup {

    private static final Pattern PROGRESS = Pattern.compile("(\\d+)/(\\d+) kB \\(\\d+%\\).*");

    /** WAL written during the backup comes with it; how much, nobody knows in advance. */
    private static final long WAL_BYTES = 3 * (16L << 20);

    /** Transaction status, statistics and the like are in no tablespace's size. */
    private static final int OVERHEAD_PERCENT = 2;

    /** What pg_verifybackup reads at least per second; it says nothing while it works. */
    private static final long VERIFY_BYTES_PER_SECOND = 10_000_000;

    private final PostgresSettings postgres;
    private final Conninfo conninfo;
    private final SqlSource peer;
    private final LongStep step;
    private final Duration stallLimit;

    /**
     * @param postgres this node's
     * @param conninfo how pg_basebackup reaches the peer
     * @param peer the peer's database, with a role that may read sizes (pg_monitor) and has REPLICATION
     * @param step progress out, cancellation in
     * @param stallLimit how long no byte may arrive before it is given up
     */
    public BaseBackup(
            PostgresSettings postgres,
            Conninfo conninfo,
            SqlSource peer,
            LongStep step,
            Duration stallLimit) {
        this.postgres = postgres;
        this.conninfo = conninfo;
        this.peer = peer;
        this.step = step;
        this.stallLimit = stallLimit;
    }

    /**
     * What a finished backup leaves to say.
     *
     * @param slot this node's slot at the peer; empty when the copy was there already
     * @param notes sentences for a person
     */
    public record Report(Optional<PeerSlot> slot, List<String> notes) {
        public Report {
            notes = List.copyOf(notes);
        }
    }

    /**
     * Takes it. With IN_PLACE the caller has proven that the peer is the open owner of the database.
     *
     * @param attempt names the copy; the same name again means the same copy
     * @throws DataDirectoryException FAILED, REFUSED (space, peer is a standby, PostgreSQL runs) or CANCELLED; the old copy is
     *     as it was, except IN_PLACE after the first removal
     */
    public Report run(CloneMode mode, String attempt) throws DataDirectoryException {
        Path dataDirectory = postgres.dataDirectory();
        CopyTarget target = new CopyTarget(dataDirectory, step);
        if (target.isComplete(attempt)) {
            finish(mode, attempt);
            return new Report(Optional.empty(), List.of("the copy is complete already"));
        }
        // Before the slot is looked at: one of them might take it a moment later.
        target.endEarlierWriters();
        step.report("asking " + conninfo.address() + " what there is to copy");
        PeerCluster cluster;
        PeerSlot slot;
        try (Connection connection = peer.open()) {
            cluster = PeerCluster.ask(connection);
            requireSource(cluster, mode);
            slot = PeerSlot.ensure(connection, postgres.slot(), postgres.maxSlotWalKeepBytes());
        } catch (SQLException e) {
            throw DataDirectoryException.failed(
                    "asking the peer " + conninfo.address()
                            + " for its size and a slot (the role needs REPLICATION and pg_monitor)",
                    e);
        }
        CopyLedger ledger = target.begin(attempt, mode, content(cluster));
        try {
            copy(ledger, cluster, slot);
            verify(ledger, cluster);
            List<String> notes = target.complete(ledger);
            finish(mode, attempt);
            return new Report(Optional.of(slot), notes);
        } catch (DataDirectoryException e) {
            target.abandon(ledger, e);
            throw e;
        }
    }

    /** A copy IN_PLACE is PGDATA when the step is done; there is no old one that could be kept. */
    private void finish(CloneMode mode, String attempt) throws DataDirectoryException {
        if (mode == CloneMode.IN_PLACE) {
            new Swap(postgres.dataDirectory(), step).swapIn(attempt);
        }
    }

    private void requireSource(PeerCluster cluster, CloneMode mode) throws DataDirectoryException {
        if (cluster.inRecovery()) {
            throw DataDirectoryException.refused("the peer " + conninfo.address()
                    + " is in recovery: only a primary is copied. Check: pgha status");
        }
        Optional<String> own = ownSystemId();
        if (mode == CloneMode.IN_PLACE
                && own.isPresent()
                && !own.get().equals(cluster.systemId())) {
            throw DataDirectoryException.refused("the database here has system identifier "
                    + own.get() + ", the peer's has " + cluster.systemId()
                    + ": it is not a copy of the peer's and will not be overwritten in place."
                    + " Move it away if it is of no use");
        }
    }

    /** pg_control begins with the system identifier, in the machine's byte order (pg_control.h). */
    private Optional<String> ownSystemId() throws DataDirectoryException {
        Path control = postgres.dataDirectory().resolve("global").resolve("pg_control");
        if (!Files.exists(control)) {
            return Optional.empty();
        }
        try (var in = Files.newInputStream(control)) {
            ByteBuffer first = ByteBuffer.wrap(in.readNBytes(Long.BYTES));
            return Optional.of(
                    Long.toUnsignedString(first.order(ByteOrder.nativeOrder()).getLong()));
        } catch (IOException e) {
            throw DataDirectoryException.failed("reading " + control, e);
        }
    }

    private static CopyContent content(PeerCluster cluster) {
        long data = cluster.dataBytes() + cluster.dataBytes() * OVERHEAD_PERCENT / 100;
        return new CopyContent(cluster.major(), data, WAL_BYTES, cluster.tablespaces());
    }

    private void copy(CopyLedger ledger, PeerCluster cluster, PeerSlot slot)
            throws DataDirectoryException {
        List<String> arguments = program("pg_basebackup");
        arguments.add("--pgdata=" + ledger.data().fresh(ledger.attempt()));
        arguments.add("--dbname=" + conninfo.as("pgha-clone").text());
        arguments.addAll(List.of(
                "--wal-method=stream",
                "--checkpoint=fast",
                "--progress",
                "--verbose",
                "--no-password",
                // Everything is synchronised afterwards, with progress.
                "--no-sync",
                "--label=pgha " + ledger.attempt()));
        if (!slot.active()) {
            // Otherwise the old standby holds it and a temporary slot serves the backup.
            arguments.add("--slot=" + slot.name());
        }
        for (Place place : ledger.places()) {
            if (place.inNew() && place.kind() == Place.Kind.WAL) {
                arguments.add("--waldir=" + place.fresh(ledger.attempt()));
            }
            if (place.inNew() && place.kind() == Place.Kind.TABLESPACE) {
                arguments.add("--tablespace-mapping=" + mapping(place, ledger, cluster));
            }
        }
        new WatchedProgram(arguments, stallLimit).run(step, this::hear);
    }

    private static String mapping(Place place, CopyLedger ledger, PeerCluster cluster) {
        Path there = cluster.tablespaces().stream()
                .filter(t -> t.oid() == place.oid())
                .map(PeerCluster.SizedTablespace::location)
                .findFirst()
                .orElseThrow();
        return there.toString().replace("=", "\\=")
                + "="
                + place.fresh(ledger.attempt()).toString().replace("=", "\\=");
    }

    private void hear(String line) {
        Matcher progress = PROGRESS.matcher(line);
        if (progress.matches()) {
            step.report(
                    Long.parseLong(progress.group(1)) << 10,
                    Long.parseLong(progress.group(2)) << 10,
                    "copying the database from " + conninfo.address());
        } else {
            step.report(line);
        }
    }

    private void verify(CopyLedger ledger, PeerCluster cluster) throws DataDirectoryException {
        step.report("verifying the checksums of the new copy");
        List<String> arguments = program("pg_verifybackup");
        arguments.add("--exit-on-error");
        arguments.add("--quiet");
        arguments.add(ledger.data().fresh(ledger.attempt()).toString());
        long bytes = cluster.dataBytes()
                + cluster.tablespaces().stream()
                        .mapToLong(PeerCluster.SizedTablespace::bytes)
                        .sum();
        Duration limit = stallLimit.plusSeconds(bytes / VERIFY_BYTES_PER_SECOND);
        new WatchedProgram(arguments, limit).run(step, step::report);
    }

    private List<String> program(String name) {
        List<String> arguments = new ArrayList<>(postgres.wrapper());
        arguments.add(postgres.bin().resolve(name).toString());
        return arguments;
    }
}
