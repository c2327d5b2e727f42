package io.pgha.engine;

import io.pgha.decision.World;
import io.pgha.model.MonoTime;
import io.pgha.model.NodeId;
import io.pgha.model.NodeState;
import io.pgha.model.PeerMessage;
import io.pgha.model.PortAnswer;
import io.pgha.model.PostgresView;
import io.pgha.model.Postmaster;
import io.pgha.model.Receiver;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What does not fit together and will hurt at the next fault: an event when it begins and when it ends, and a problem in
 * the status meanwhile. Nothing is ever decided by it. Used on the engine's thread.
 */
final class Warnings {

    /** Clocks that differ by more make logs hard to compare and certificates expire early. */
    private static final Duration SKEW = Duration.ofSeconds(2);

    /** A warning once given ends only below this, so that a difference around the limit is one warning. */
    private static final Duration SKEW_END = Duration.ofMillis(1500);

    private final String version;
    private final Supplier<String> configDigest;
    private final Supplier<Optional<String>> poolers;
    private Optional<Told> clock = Optional.empty();
    private boolean skewed;

    /** @param poolers what keeps a pooler's clients waiting that should go on */
    Warnings(String version, Supplier<String> configDigest, Supplier<Optional<String>> poolers) {
        this.version = version;
        this.configDigest = configDigest;
        this.poolers = poolers;
    }

    /**
     * One of them.
     *
     * @param code stable name of its event
     * @param sentence what was seen, and what to type
     */
    record Warning(String code, String sentence) {}

    /** All that hold now, in a fixed order. */
    List<Warning> of(World w, long wallClockMillis) {
        List<Warning> found = new ArrayList<>();
        w.peer().ifPresent(peer -> {
            ofPeer(w, peer, found);
            clocks(w, peer, wallClockMillis, found);
        });
        w.now()
                .peerPort()
                .filter(probe -> probe.answer() == PortAnswer.DENIED)
                .ifPresent(probe -> found.add(new Warning(
                        "login_denied",
                        w.now().peerId() + "'s PostgreSQL lives and does not let pgha in: "
                                + probe.words()
                                + ". Its probe sees less than it should. Admit pgha's role in pg_hba.conf there, and look"
                                + " at its password in postgres.pass_file here: pgha check")));
        if (w.now().postmaster() == Postmaster.UNKNOWN) {
            found.add(new Warning(
                    "postmaster_unknown",
                    "it is not known whether PostgreSQL runs here, so gate and role stay as they are: "
                            + w.now().local().why()));
        }
        stream(w).ifPresent(found::add);
        w.now()
                .diskTrouble()
                .ifPresent(why -> found.add(new Warning(
                        "disk_trouble",
                        "PostgreSQL cannot write here: " + why + ". Make room, or mend the disk")));
        poolers.get().ifPresent(why -> found.add(new Warning("pooler_waits", why)));
        w.now()
                .fenceTrouble()
                .ifPresent(why -> found.add(new Warning(
                        "fence_monitor",
                        "fencing " + w.now().peerId() + " might fail (" + why
                                + "): pgha fence test")));
        return found;
    }

    private void ofPeer(World w, PeerMessage peer, List<Warning> found) {
        if (!peer.configDigest().equals(configDigest.get())) {
            found.add(new Warning(
                    "peer_configuration",
                    peer.node()
                            + " runs with another configuration, in settings that both nodes must share: copy one"
                            + " configuration file to the other node and type systemctl reload pgha there (pgha config"
                            + " show lists them)"));
        }
        if (!peer.version().equals(version)) {
            found.add(new Warning(
                    "peer_version",
                    peer.node() + " runs pgha " + peer.version() + ", this node " + version
                            + ": upgrade the older one, clients notice nothing"));
        }
        Optional<String> mine = w.now().systemId();
        if (mine.isPresent()
                && peer.systemId().filter(id -> !mine.get().equals(id)).isPresent()) {
            found.add(new Warning(
                    "other_database",
                    peer.node() + "'s database is another one (system identifier "
                            + peer.systemId().orElseThrow() + ", here " + mine.get()
                            + "): pgha initialize on the node whose copy is to be replaced"));
        }
    }

    /** The peer's clock, and when it was told: a message may be repeated for a while as it is. */
    private record Told(long wallClockMillis, MonoTime at) {}

    private void clocks(World w, PeerMessage peer, long wallClockMillis, List<Warning> found) {
        MonoTime now = w.now().at();
        if (clock.filter(told -> told.wallClockMillis() == peer.wallClockMillis())
                .isEmpty()) {
            MonoTime heard = w.now().peer().heardAt().orElse(now);
            clock = Optional.of(new Told(peer.wallClockMillis(), heard));
        }
        long age = now.since(clock.orElseThrow().at()).toMillis();
        Duration skew = Duration.ofMillis(Math.abs(wallClockMillis - peer.wallClockMillis() - age));
        skewed = skew.compareTo(skewed ? SKEW_END : SKEW) > 0;
        if (skewed) {
            found.add(new Warning(
                    "clocks_differ",
                    "the clocks of " + w.now().self() + " and " + peer.node() + " differ by about "
                            + words(skew)
                            + "; nothing is decided by them, but logs are hard to compare: chronyc tracking, on both"
                            + " nodes"));
        }
    }

    private static String words(Duration skew) {
        long seconds = Math.round(skew.toMillis() / 1000.0);
        if (seconds > 2 * 3600) {
            return Math.round(seconds / 3600.0) + " hours";
        }
        return seconds > 120 ? Math.round(seconds / 60.0) + " minutes" : seconds + " seconds";
    }

    /** A standby that gets nothing would lose what was committed since; its role may also be too weak to see its own stream. */
    private static Optional<Warning> stream(World w) {
        Optional<PostgresView> standby = w.now().local().answer().filter(PostgresView::inRecovery);
        if (w.memory().state() == NodeState.STANDBY
                && standby.isPresent()
                && standby.get().receiver().filter(Receiver::isStreaming).isEmpty()) {
            return Optional.of(notStreaming(
                    w.now().self() + " is not seen to stream from " + w.now().peerId(),
                    "here",
                    w.now().self()));
        }
        return w.memory().state() == NodeState.PRIMARY
                ? w.peerIn(NodeState.STANDBY)
                        .filter(p -> p.inRecovery().orElse(false) && !p.streaming())
                        .map(p -> notStreaming(
                                p.node() + " is not seen to stream from this node",
                                "there",
                                p.node()))
                : Optional.empty();
    }

    private static Warning notStreaming(String what, String where, NodeId standby) {
        return new Warning(
                "not_streaming",
                what
                        + ": what is committed meanwhile would be lost with the primary. Type pgha check "
                        + where
                        + "; PostgreSQL's log there has the receiver's words, and pgha initialize on "
                        + standby + " rebuilds it");
    }
}
