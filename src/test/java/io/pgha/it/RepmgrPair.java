package io.pgha.it;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * repmgr on both nodes, for comparison: the same machines, network, PostgreSQL settings, traffic manager and clients. It has
 * no gate, so that the traffic manager asks each PostgreSQL whether it is in recovery; its own sessions need no password. What
 * comes back after a fault is started as it would be at a boot, which repmgr does not keep from being a second primary: that
 * is looked at for a while, then a person ends it.
 */
final class RepmgrPair implements Contender {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /** That long two primaries are left alone; a person would need longer. */
    private static final Duration LOOK = Duration.ofSeconds(5);

    private static final Set<Fault> FAULTS =
            EnumSet.of(Fault.CRASH, Fault.HANG, Fault.POWER_LOSS, Fault.CUT_OFF, Fault.SWITCHOVER);

    private final int crowd;
    private final List<RepmgrNode> nodes = new ArrayList<>();

    /** With that many sessions beside the recorded ones. */
    RepmgrPair(int crowd) {
        this.crowd = crowd;
    }

    @Override
    public Map<String, String> words() {
        Map<String, String> words = new LinkedHashMap<>();
        words.put("peer", "repmgr");
        words.put("connections", Integer.toString(crowd));
        return words;
    }

    @Override
    public boolean takes(Fault fault) {
        return FAULTS.contains(fault);
    }

    @Override
    public Lab open() {
        List<String> settings = new ArrayList<>();
        settings.add("shared_preload_libraries = 'repmgr'");
        settings.add("wal_keep_size = '1GB'");
        if (crowd > 0) {
            settings.add(Crowd.room(crowd));
        }
        Lab lab = Lab.open(LabOptions.bare().withSettings(settings));
        try {
            setUp(lab);
            return lab;
        } catch (RuntimeException | AssertionError e) {
            lab.close();
            throw e;
        }
    }

    private void setUp(Lab lab) {
        Path keys = RepmgrNode.makeKeys(lab.home());
        nodes.clear();
        for (LabNode node : List.of(lab.node1(), lab.node2())) {
            node.postgres().admit("host repmgr,replication repmgr 10.77.0.0/23 trust");
            node.postgres().admit("host app look 10.77.9.0/24 trust");
            nodes.add(RepmgrNode.install(node, keys));
            of(node).start();
        }
        // A copy has no slots: what a standby may lack is kept by wal_keep_size.
        lab.node2().postgres().sql("postgres", "alter system reset primary_slot_name");
        lab.node2().postgres().pgCtl(List.of("reload")).orFail();
        LabPostgres primary = lab.node1().postgres();
        primary.sql("postgres", "create role look login");
        primary.sql("postgres", "create role repmgr superuser login");
        primary.sql("postgres", "create database repmgr owner repmgr");
        of(lab.node1()).run(List.of("primary", "register")).orFail();
        lab.expect(
                "node2 has it",
                PATIENCE,
                () -> lab.node2()
                        .postgres()
                        .sql("repmgr", "select count(*) from repmgr.nodes")
                        .equals("1"));
        of(lab.node2()).run(List.of("standby", "register")).orFail();
        nodes.forEach(RepmgrNode::watch);
        lab.expect("node2 watches", PATIENCE, of(lab.node2())::isWatching);
        lab.trafficManager(TrafficManager.Check.NOT_IN_RECOVERY);
        if (crowd > 0) {
            lab.crowd(crowd);
        }
    }

    private RepmgrNode of(LabNode node) {
        return nodes.get(node.number() - 1);
    }

    @Override
    public ProcessHandle daemon(LabNode node) {
        return of(node).handle();
    }

    @Override
    public void measureCommands(IdleCost cost) {
        // Only its daemon is compared.
    }

    @Override
    public long strike(Lab lab, Fault fault, LabNode primary) {
        if (fault != Fault.SWITCHOVER) {
            return fault.strike(lab, primary);
        }
        long now = System.nanoTime();
        of(lab.other(primary)).run(List.of("standby", "switchover")).orFail();
        return now;
    }

    @Override
    public void end(Lab lab, Fault fault, LabNode struck) {
        switch (fault) {
            case HANG -> struck.postgres().resume();
            case POWER_LOSS -> {
                struck.powerOn();
                of(struck).start();
                struck.postgres().start();
            }
            default -> fault.end(lab, struck);
        }
    }

    @Override
    public void awaitCalm(Lab lab, LabNode struck) {
        lab.watch("it is left alone", LOOK, () -> true);
    }

    @Override
    public boolean isWhole(Lab lab, LabNode struck, LabNode heir) {
        if (!struck.postgres().isStreaming()) {
            bringBack(struck, heir);
        }
        if (!of(struck).isWatching()) {
            of(struck).watch();
            lab.expect(struck.name() + " watches", PATIENCE, of(struck)::isWatching);
        }
        return heir.postgres().isPrimary();
    }

    /** Copies it anew, which goes whatever it holds; not measured, since it is a person who decides that. */
    private void bringBack(LabNode struck, LabNode heir) {
        if (struck.postgres().runs()) {
            struck.postgres().stop();
        }
        of(struck).copyFrom(heir);
        struck.postgres().start();
        Lab.await(struck.name() + " streams", PATIENCE, struck.postgres()::isStreaming);
        of(struck).run(List.of("standby", "register", "--force")).orFail();
    }

    @Override
    public boolean bringsBack() {
        return false;
    }

    @Override
    public long copies(LabNode struck) {
        return 0;
    }
}
