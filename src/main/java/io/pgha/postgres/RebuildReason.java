package io.pgha.postgres;

import io.pgha.model.Fork;
import io.pgha.model.Lsn;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Decides whether a standby can never follow its primary again: REBUILD NEEDED, and why. Pure; what could not be found out
 * leads to UNKNOWN and never to a rebuild, because a rebuild replaces data.
 */
public final class RebuildReason {

    /** What is true of the standby. */
    public enum Kind {
        /** It streams, or nothing speaks against it. */
        FOLLOWS,
        /** It cannot follow any more. */
        REBUILD_NEEDED,
        /** It does not stream, and why could not be found out. */
        UNKNOWN
    }

    /**
     * The answer.
     *
     * @param kind what is true
     * @param why in one sentence
     */
    public record Verdict(Kind kind, String why) {}

    /**
     * What is known of the standby itself.
     *
     * @param systemId its system identifier
     * @param timeline the timeline it has reached
     * @param position the end of the WAL it holds
     * @param streaming its WAL receiver streams now
     * @param archive it has a restore_command, which may deliver what the primary no longer has
     */
    public record Standby(
            String systemId, int timeline, Lsn position, boolean streaming, boolean archive) {}

    /**
     * What is known of the primary.
     *
     * @param systemId its system identifier
     * @param timeline the timeline it writes
     * @param history where each earlier timeline was left, oldest first
     * @param missing the segment that the standby needs next and the primary has no more; empty: not known to be so
     */
    public record Primary(
            String systemId, int timeline, List<Fork> history, Optional<String> missing) {
        public Primary {
            history = List.copyOf(history);
        }
    }

    /** PostgreSQL's words, whatever the log's format; from walsender.c, walreceiver.c, xlogrecovery.c and slot.c. */
    private static final List<Pattern> FATAL = List.of(
            Pattern.compile("requested WAL segment [0-9A-F]+ has already been removed"),
            Pattern.compile(
                    "requested starting point \\S+ on timeline \\d+ is not in this server's history"),
            Pattern.compile(
                    "new timeline \\d+ forked off current database system timeline \\d+ before current recovery point \\S+"),
            Pattern.compile("new timeline \\d+ is not a child of database system timeline \\d+"),
            Pattern.compile("database system identifier differs between the primary and standby"),
            Pattern.compile(
                    "can no longer (?:get changes from|access) replication slot \"[^\"]*\""));

    /** Whatever was wrong before such a line has healed. */
    private static final Pattern GOES_ON = Pattern.compile(
            "starting PostgreSQL \\d|started streaming WAL from primary at|restored log file \"|database system is ready to accept (?:read|connections)");

    private RebuildReason() {}

    /**
     * From everything that could be found out. A living stream is the best witness: it overrules the log.
     *
     * @param primary empty when it could not be asked
     * @param log the last lines of the standby's server log, oldest first; empty when it could not be read
     */
    public static Verdict judge(Standby standby, Optional<Primary> primary, List<String> log) {
        if (standby.streaming()) {
            return new Verdict(Kind.FOLLOWS, "it streams");
        }
        Optional<String> reason = primary.flatMap(p -> fromPrimary(standby, p));
        if (reason.isPresent()) {
            return new Verdict(Kind.REBUILD_NEEDED, reason.get());
        }
        Optional<String> said = fromLog(log);
        if (said.isPresent()) {
            boolean mayCome = standby.archive() && said.get().startsWith("requested WAL segment");
            return mayCome
                    ? new Verdict(Kind.UNKNOWN, said.get() + "; the archive may still deliver it")
                    : new Verdict(Kind.REBUILD_NEEDED, said.get());
        }
        return new Verdict(
                Kind.UNKNOWN,
                primary.isEmpty()
                        ? "it does not stream, and the primary could not be asked"
                        : "it does not stream; the primary knows no obstacle");
    }

    private static Optional<String> fromPrimary(Standby standby, Primary primary) {
        if (!standby.systemId().equals(primary.systemId())) {
            return Optional.of("its system identifier " + standby.systemId()
                    + " differs from the primary's " + primary.systemId()
                    + ": it is another database");
        }
        return fork(standby, primary)
                .or(() -> primary.missing()
                        .filter(segment ->
                                !standby.archive() && primary.timeline() >= standby.timeline())
                        .map(segment -> "the primary removed WAL that it needs (segment " + segment
                                + "; max_slot_wal_keep_size bounds what is kept)"));
    }

    /** A primary on a lower timeline is not this standby's future; which of the two is right, others decide. */
    private static Optional<String> fork(Standby standby, Primary primary) {
        if (primary.timeline() <= standby.timeline()) {
            return Optional.empty();
        }
        Optional<Fork> left = primary.history().stream()
                .filter(fork -> fork.timeline() == standby.timeline())
                .findFirst();
        if (left.isEmpty()) {
            // An empty or unread history proves nothing.
            return primary.history().isEmpty()
                    ? Optional.empty()
                    : Optional.of("its timeline " + standby.timeline()
                            + " is not in the history of the primary's timeline "
                            + primary.timeline());
        }
        return left.filter(fork -> standby.position().compareTo(fork.at()) > 0)
                .map(fork -> "the primary left timeline " + standby.timeline() + " at " + fork.at()
                        + ", and it holds " + fork.at().bytesBehind(standby.position())
                        + " bytes beyond, up to " + standby.position());
    }

    /** The newest line that says anything decides. */
    static Optional<String> fromLog(List<String> lines) {
        for (int i = lines.size() - 1; i >= 0; i--) {
            String line = lines.get(i);
            for (Pattern pattern : FATAL) {
                Matcher matcher = pattern.matcher(line);
                if (matcher.find()) {
                    return Optional.of(matcher.group());
                }
            }
            if (GOES_ON.matcher(line).find()) {
                return Optional.empty();
            }
        }
        return Optional.empty();
    }
}
