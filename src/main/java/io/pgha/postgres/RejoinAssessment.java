package io.pgha.postgres;

import io.pgha.config.Settings;
import io.pgha.model.ControlData;
import io.pgha.model.Fork;
import io.pgha.model.Lsn;
import io.pgha.model.Rejoin;
import io.pgha.model.Rejoin.Way;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Looks at a stopped copy and at the primary it should follow: is a start enough, can it be rewound, or must it be copied
 * anew? Changes nothing. What cannot be found out is UNKNOWN, with the reason.
 */
public final class RejoinAssessment {

    private final Settings settings;
    private final SqlSource peer;
    private final Duration limit;
    private final Programs programs;

    /**
     * @param peer the peer's database
     * @param limit of reading the local WAL
     */
    public RejoinAssessment(Settings settings, SqlSource peer, Duration limit) {
        this.settings = settings;
        this.peer = peer;
        this.limit = limit;
        this.programs = new Programs(settings.postgres());
    }

    /**
     * The primary, as its daemon tells it.
     *
     * @param systemId of its database
     * @param timeline that it writes
     * @param forks its timeline history
     * @param position its end of WAL
     */
    public record Owner(String systemId, int timeline, List<Fork> forks, Lsn position) {
        public Owner {
            forks = List.copyOf(forks);
        }
    }

    /** Assesses; takes as long as reading the WAL after the fork. */
    public Rejoin assess(ControlData own, Owner owner) {
        try {
            Optional<String> broken = broken();
            if (broken.isPresent()) {
                return Rejoin.of(Way.RECLONE, broken.get());
            }
            if (!own.systemId().equals(owner.systemId())) {
                return Rejoin.of(
                        Way.RECLONE,
                        "the database here has system identifier " + own.systemId()
                                + ", the peer's has " + owner.systemId()
                                + ": it is no copy of the same database");
            }
            List<Fork> mine =
                    TimelineHistory.read(settings.postgres().dataDirectory(), own.timeline());
            return Ancestry.parted(mine, own.timeline(), owner.forks(), owner.timeline())
                    .map(fork -> byFork(own, mine, owner, fork))
                    .orElseGet(() -> Rejoin.of(
                            Way.RECLONE,
                            "timeline " + own.timeline() + " here and " + owner.timeline()
                                    + " of the peer have no timeline in common"));
        } catch (IOException | DataDirectoryException e) {
            return Rejoin.of(Way.UNKNOWN, "this copy could not be looked at: " + e.getMessage());
        }
    }

    /** What lies there is no whole database, so that nothing can be concluded from it. */
    private Optional<String> broken() throws DataDirectoryException, IOException {
        Path data = Layout.resolve(settings.postgres().dataDirectory());
        Optional<RewindLedger> rewind = RewindLedger.find(data);
        return rewind.isPresent()
                ? rewind.filter(l -> l.phase() != RewindLedger.Phase.PREPARING)
                        .map(RewindLedger::words)
                : new DataDirectory(data).obstacle();
    }

    private Rejoin byFork(ControlData own, List<Fork> mine, Owner owner, Fork fork) {
        if (fork.at().equals(Ancestry.NOT_LEFT)) {
            return apart(own, mine, owner, fork, own.end())
                    .orElseGet(() -> reachable(sameTimeline(own, owner), own.end(), owner));
        }
        boolean begunThere = !mine.isEmpty() && mine.get(mine.size() - 1).equals(fork);
        if (own.timeline() != fork.timeline() && !begunThere) {
            return Rejoin.of(
                    Way.RECLONE,
                    "this copy went through several timelines after the histories parted on timeline "
                            + fork.timeline() + " at " + fork.at());
        }
        try {
            Divergence found =
                    Divergence.read(settings.postgres(), fork.at(), own.timeline(), limit);
            Lsn common = found.isNone()
                    ? Divergence.end(settings.postgres(), own.end(), own.timeline(), limit)
                    : fork.at();
            Optional<Rejoin> apart = apart(own, mine, owner, fork, common);
            if (apart.isPresent()) {
                return apart.get();
            }
            String parted = "the peer left timeline " + fork.timeline() + " at " + fork.at();
            if (found.isNone()) {
                Rejoin start = Rejoin.of(Way.START, parted + ", and the WAL here ends before that");
                return reachable(start, common, owner);
            }
            Rejoin rewind = new Rejoin(
                    Way.REWIND,
                    parted + ", and the WAL here goes on for " + found.bytes() + " bytes with "
                            + found.transactions() + " transactions, " + found.commits()
                            + " of them commits of clients",
                    Optional.of(fork),
                    own.timeline(),
                    found.bytes(),
                    found.transactions(),
                    found.commits(),
                    List.of());
            return reachable(preflight(rewind, own, owner), fork.at(), owner);
        } catch (ControlFailed e) {
            return Rejoin.of(Way.UNKNOWN, "the WAL after the fork could not be read: " + e.words());
        }
    }

    /**
     * Equal numbers are not equal timelines: two copies that were promoted apart can bear the same. Timeline 1 is begun by no
     * promotion; any other is compared to the byte, just before the point up to which both should be the same.
     */
    private Optional<Rejoin> apart(
            ControlData own, List<Fork> mine, Owner owner, Fork fork, Lsn at) {
        if (mine.isEmpty() || fork.timeline() == mine.get(0).timeline()) {
            return Optional.empty();
        }
        String common = "whether timeline " + fork.timeline() + " is the same on both nodes";
        try (Connection connection = peer.open()) {
            long segment = new ControlFile(programs).segmentBytes();
            // A promotion copies the segment in which it happens under the new timeline's number.
            List<Integer> timelines = Stream.concat(
                            Stream.of(fork.timeline(), own.timeline(), owner.timeline()),
                            owner.forks().stream().map(Fork::timeline))
                    .filter(t -> t >= fork.timeline())
                    .distinct()
                    .sorted()
                    .toList();
            Optional<Boolean> same =
                    WalPiece.before(at, segment).isSame(programs.data(), connection, timelines);
            if (same.isEmpty()) {
                return Optional.of(Rejoin.of(
                        Way.RECLONE,
                        common + " cannot be told any more: its WAL before " + at
                                + " was recycled on one of them"));
            }
            return same.get()
                    ? Optional.empty()
                    : Optional.of(Rejoin.of(
                            Way.RECLONE,
                            "timeline " + fork.timeline() + " here and timeline " + fork.timeline()
                                    + " of the peer differ before " + at
                                    + ": two promotions apart went to the same number"));
        } catch (SQLException | IOException e) {
            return Optional.of(
                    Rejoin.of(
                            Way.UNKNOWN,
                            common + " could not be found out (" + e.getMessage()
                                    + "); the replication role needs the right to execute pg_read_binary_file there"));
        } catch (ControlFailed e) {
            return Optional.of(Rejoin.of(Way.UNKNOWN, e.words()));
        }
    }

    /** No start and no rewind brings WAL back that the peer has removed; an archive may still have it. */
    private Rejoin reachable(Rejoin found, Lsn from, Owner owner) {
        boolean streams = found.way() == Way.START || found.way() == Way.REWIND;
        if (!streams || settings.archive().isPresent()) {
            return found;
        }
        try (Connection connection = peer.open()) {
            return NextSegment.missing(connection, from, owner.timeline(), owner.forks())
                    .map(segment -> found.hindered(List.of("the peer has removed WAL that is needed"
                            + " for that (segment " + segment + ")")))
                    .orElse(found);
        } catch (SQLException e) {
            return Rejoin.of(
                    Way.UNKNOWN,
                    found.why() + "; whether the peer still has the WAL from " + from
                            + " on could not be found out: " + e.getMessage());
        }
    }

    /** Only a copy that has never been written since it followed is known to lack nothing but WAL. */
    private static Rejoin sameTimeline(ControlData own, Owner owner) {
        String both = "both are on timeline " + own.timeline() + " of the same history";
        boolean followed = own.clusterState().contains("in recovery")
                || own.clusterState().contains("in archive recovery");
        return followed && own.end().compareTo(owner.position()) <= 0
                ? Rejoin.of(Way.START, both + ", and this copy followed to its last moment")
                : Rejoin.of(Way.RECLONE, both + ", and nothing tells which of their WAL differs");
    }

    private Rejoin preflight(Rejoin rewind, ControlData own, Owner owner) throws ControlFailed {
        List<String> complaints = new ArrayList<>(here(own, owner));
        try {
            RewindSource source = RewindSource.ask(peer);
            complaints.addAll(source.complaints(settings.postgres().database()));
            space(rewind.bytes(), source.walBytes()).ifPresent(complaints::add);
            boolean waits = complaints.isEmpty()
                    && (source.inRecovery()
                            || source.timeline() != owner.timeline()
                            || !source.isCheckpointed());
            return waits
                    ? Rejoin.of(
                            Way.UNKNOWN,
                            rewind.why() + "; the peer has made no checkpoint on timeline "
                                    + owner.timeline()
                                    + " yet, without which it cannot be rewound to")
                    : rewind.hindered(complaints);
        } catch (DataDirectoryException | IOException e) {
            return complaints.isEmpty()
                    ? Rejoin.of(Way.UNKNOWN, rewind.why() + "; " + e.getMessage())
                    : rewind.hindered(complaints);
        }
    }

    private List<String> here(ControlData own, Owner owner) throws ControlFailed {
        List<String> complaints = new ArrayList<>();
        if (!new ControlFile(programs).isRewindable()) {
            complaints.add(
                    "it was written with neither wal_log_hints nor data checksums:"
                            + " alter system set wal_log_hints = on on the peer and restart it, for the next time");
        }
        if (own.timeline() == owner.timeline()) {
            complaints.add(
                    "both nodes went to timeline " + own.timeline()
                            + ", each by a promotion of its own, and pg_rewind takes equal numbers for equal timelines");
        }
        Path program = settings.postgres().bin().resolve("pg_rewind");
        if (!Files.isExecutable(program)) {
            complaints.add(program + " is missing: correct postgres.bin, or install it");
        }
        Path above = DurableFiles.parent(programs.data());
        if (!Files.isWritable(above)) {
            complaints.add(above + " may not be written, where it is noted how far a rewind is:"
                    + " give it to the owner of " + programs.data());
        }
        return complaints;
    }

    private Optional<String> space(long divergedBytes, long sourceWalBytes)
            throws IOException, ControlFailed {
        long segment = new ControlFile(programs).segmentBytes();
        List<Space> needs = List.of(
                new Space(DivergedWal.directory(settings), divergedBytes + 2 * segment, 0),
                new Space(programs.data().resolve("pg_wal"), sourceWalBytes + segment, 0));
        return Space.of(needs).stream()
                .filter(need -> !need.suffices())
                .map(need -> "there is too little space: it " + need.words())
                .findFirst();
    }
}
