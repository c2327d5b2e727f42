package io.pgha.it;

import io.pgha.config.Settings;
import io.pgha.config.Settings.LinkSettings;
import io.pgha.config.SettingsFile;
import io.pgha.model.Epoch;
import io.pgha.model.Lsn;
import io.pgha.model.MonoTime;
import io.pgha.model.NodeId;
import io.pgha.model.NodeState;
import io.pgha.model.PeerMessage;
import io.pgha.model.Postmaster;
import io.pgha.peer.LinkPace;
import io.pgha.peer.PairKey;
import io.pgha.peer.PeerLink;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Stands in for the daemon of node 2 in its machine: a healthy standby in every respect but its clock. */
final class OtherClock implements AutoCloseable {

    private final PeerLink link;

    private OtherClock(PeerLink link) {
        this.link = link;
    }

    static OtherClock of(Lab lab, Duration ahead) {
        NodeId self = new NodeId("node2");
        NodeId peer = new NodeId("node1");
        try (InNetwork network = InNetwork.of(lab.node2().machine())) {
            Settings settings =
                    SettingsFile.load(lab.home().resolve("pgha.conf"), Optional.of(self));
            Path key = lab.home().resolve("pair.key");
            String systemId = lab.node2()
                    .postgres()
                    .sql("postgres", "select system_identifier from pg_control_system()");
            Lsn position = Lsn.parse(
                    lab.node2().postgres().sql("postgres", "select pg_last_wal_receive_lsn()"));
            OtherClock clock = new OtherClock(new PeerLink(
                    new LinkSettings(key, List.of(), settings.link().port()),
                    PairKey.read(key, self, peer),
                    List.of(lab.node1().address() + ":" + settings.peer().linkPort()),
                    new LinkPace(Duration.ofMillis(500), Duration.ofMillis(1500)),
                    () -> message(
                            settings.digest(),
                            systemId,
                            position,
                            System.currentTimeMillis() + ahead.toMillis()),
                    () -> new MonoTime(System.nanoTime()),
                    view -> {}));
            // The link's thread is born in the network of the thread that starts it.
            network.call(() -> {
                clock.link.start();
                return true;
            });
            return clock;
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("no peer with another clock", e);
        }
    }

    /** Whether the other side answered it. */
    boolean isHeard() {
        return link.view().contactAt().isPresent();
    }

    private static PeerMessage message(
            String digest, String systemId, Lsn position, long wallClockMillis) {
        Optional<NodeId> owner = Optional.of(new NodeId("node1"));
        return new PeerMessage(
                PeerMessage.PROTOCOL,
                "0.1.0",
                new NodeId("node2"),
                "clock",
                digest,
                NodeState.STANDBY,
                new Epoch(1),
                owner,
                Optional.of(false),
                Optional.empty(),
                Postmaster.RUNNING,
                Optional.of(true),
                Optional.of(systemId),
                Optional.of(1),
                Optional.of(position),
                true,
                List.of(),
                "",
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                wallClockMillis);
    }

    @Override
    public void close() {
        link.close();
    }
}
