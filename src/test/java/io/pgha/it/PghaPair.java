package io.pgha.it;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** pgha on both nodes, as it is shipped, and a person who types at once what a status asks for. */
final class PghaPair implements Contender {

    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final Pattern ASKS = Pattern.compile("run pgha (rejoin|initialize) here");

    private final LabOptions options;
    private final int crowd;
    private final Door door;

    /** With that many sessions beside the recorded ones, which come in by that door. */
    PghaPair(LabOptions options, int crowd, Door door) {
        LabOptions roomy = crowd > 0 ? options.withSettings(List.of(Crowd.room(crowd))) : options;
        this.options = door == Door.PGBOUNCER ? roomy.with(List.of(LabPooler.NAMED)) : roomy;
        this.crowd = crowd;
        this.door = door;
    }

    @Override
    public Map<String, String> words() {
        Map<String, String> words = new LinkedHashMap<>();
        words.put("guard", options.guard());
        words.put("profile", options.profile());
        words.put("connections", Integer.toString(crowd));
        if (door != Door.HAPROXY) {
            words.put("door", door.name());
        }
        return words;
    }

    @Override
    public boolean takes(Fault fault) {
        return options.isLeased() || !fault.needsLease();
    }

    @Override
    public Lab open() {
        Lab lab = Lab.open(options);
        lab.trafficManager();
        if (door == Door.PGBOUNCER) {
            lab.pooler();
        }
        if (crowd > 0) {
            lab.crowd(crowd);
        }
        return lab;
    }

    @Override
    public Recorder record(Lab lab) {
        return lab.record(Recorder.Pace.DENSE, door.url());
    }

    @Override
    public ProcessHandle daemon(LabNode node) {
        return node.daemon().handle();
    }

    @Override
    public void measureCommands(IdleCost cost) {
        cost.measureStatus();
        cost.measureStart();
        cost.measureArchive();
    }

    @Override
    public long strike(Lab lab, Fault fault, LabNode primary) {
        return fault.strike(lab, primary);
    }

    @Override
    public void end(Lab lab, Fault fault, LabNode struck) {
        fault.end(lab, struck);
    }

    @Override
    public void awaitCalm(Lab lab, LabNode struck) {
        lab.expect("one is open", PATIENCE, () -> !lab.isOpen(struck) && hasYielded(struck));
    }

    /** The struck node knows that it is not the primary any more. */
    private static boolean hasYielded(LabNode struck) {
        return struck.daemon().state().filter(state -> !state.equals("PRIMARY")).isPresent();
    }

    @Override
    public boolean isWhole(Lab lab, LabNode struck, LabNode heir) {
        if (heir.daemon().is("CONFLICT")) {
            heir.daemon().run(List.of("promote", "--force", "--yes"));
        } else if (isAsked(struck) && lab.isOpen(heir)) {
            bringBack(struck);
        }
        // Streaming, it may still be at the last steps of its way back, and would not take over.
        return struck.postgres().isStreaming()
                && struck.daemon().is("STANDBY")
                && struck.daemon().isIdle()
                && struck.daemon().isSteady()
                && heir.daemon().isSteady()
                && heir.daemon().knowsOfAnHeir()
                && lab.isOpen(heir);
    }

    /** It does not come back by itself: it holds commits that the other lacks, or cannot be rewound. */
    private static boolean isAsked(LabNode struck) {
        return struck.daemon().is("DEPOSED")
                && struck.daemon().isIdle()
                && struck.daemon()
                        .status()
                        .filter(s -> ASKS.matcher(s.text()).find())
                        .isPresent();
    }

    private static void bringBack(LabNode struck) {
        Run rejoin = struck.daemon().run(List.of("rejoin", "--yes"));
        if ((rejoin.out() + rejoin.err()).contains("reclone:")) {
            struck.daemon().run(List.of("initialize", "--as", "standby", "--yes"));
        }
    }

    @Override
    public boolean bringsBack() {
        return true;
    }

    @Override
    public long copies(LabNode struck) {
        return struck.daemon()
                .logged()
                .lines()
                .filter(line -> line.contains("initialize as standby begins"))
                .count();
    }
}
