package io.pgha.it;

import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * The tour: two real nodes, a traffic manager and a writing client; a failover and the way back, told as it happens.
 * Run by {@code packaging/try}. The last line gives the numbers.
 */
public final class Try {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final Story story;
    private final Lab lab;
    private final Recorder recorder;

    private Try(Story story, Lab lab, Recorder recorder) {
        this.story = story;
        this.lab = lab;
        this.recorder = recorder;
    }

    /** Argument {@code --live}: standard output is a terminal. */
    public static void main(String[] args) {
        ProcessHandle.current().parent().ifPresent(Try::endWith);
        boolean terminal = List.of(args).contains("--live");
        Story story = new Story(terminal, System.out);
        story.chapter(
                "Two nodes with PostgreSQL " + Template.bin().resolveSibling("").getFileName());
        story.say(
                "node1 " + Wires.address(1) + ", node2 " + Wires.address(2) + ", each with pgha;");
        story.say("HAProxy sends a client with four connections to whichever has port 5432 open.");
        System.exit(open(story, terminal));
    }

    private static int open(Story story, boolean terminal) {
        try (Lab lab = Lab.open(LabOptions.shipped().with(List.of("rejoin = manual")))) {
            lab.trafficManager();
            Recorder recorder = lab.record();
            String result;
            try (Watcher watcher =
                    new Watcher(story, lab, recorder.log(), terminal ? 200 : 1_000)) {
                watcher.start();
                result = new Try(story, lab, recorder).tell();
            }
            story.result(result);
            return 0;
        } catch (AssertionError | IllegalStateException e) {
            story.chapter("That did not work:");
            story.say(String.valueOf(e.getMessage()));
            return 1;
        }
    }

    /** Started by a script: when that is killed without a chance to say so, this must not live on. */
    private static void endWith(ProcessHandle script) {
        var unused = script.onExit().thenRun(() -> System.exit(1));
    }

    private String tell() {
        LabNode node1 = lab.node1();
        LabNode node2 = lab.node2();
        recorder.awaitWrites();
        watch(2_000);

        story.chapter("PostgreSQL of node1 is killed (SIGKILL)");
        long crash = node1.postgres().crash();
        recorder.awaitWrites(node2);
        watch(1_500);
        Recording seen = recorder.recording();
        long failover = seen.longestGap(crash, Long.MAX_VALUE).millis();
        Set<Long> lost = seen.lost(node2);
        story.say("No write was acknowledged for " + failover + " ms; then node2 took them.");
        story.say("Of " + seen.acknowledged().size() + " acknowledged rows " + lost.size()
                + " are missing on node2.");

        story.chapter("node1 is switched off and on again: may its PostgreSQL start?");
        node1.powerOff();
        Run boot = lab.powerOn(node1);
        story.command("node1", "pgha check-start --yes", boot);
        require("check-start refuses", boot.code() != 0 && !node1.postgres().runs());

        story.chapter("node1 is rebuilt from node2 and becomes its standby");
        long back = System.nanoTime();
        type(node1, List.of("initialize", "--as", "standby", "--yes"));
        lab.expect("node1 streams", LIMIT, node1.postgres()::isStreaming);

        story.chapter("The role goes back: node2 releases it, node1 takes it");
        long release = System.nanoTime();
        type(node2, List.of("release", "--yes"));
        type(node1, List.of("initialize", "--as", "primary", "--yes"));
        recorder.awaitWrites(node1);
        lab.expect("node2 streams", LIMIT, node2.postgres()::isStreaming);
        long failback = (System.nanoTime() - back) / 1_000_000;
        watch(1_500);

        Recording all = recorder.stop();
        long gap = all.longestGap(release, Long.MAX_VALUE).millis();
        lost.addAll(all.lost(node1));
        story.say("The way back took " + failback + " ms; writes paused for " + gap + " ms of it.");
        story.chapter(
                "node1 is primary again, node2 follows, nothing stays behind on this machine.");
        return "TRY failover_ms=%d lost=%d two_primaries_ms=%d failback_ms=%d failback_gap_ms=%d"
                .formatted(failover, lost.size(), all.twoPrimariesMillis(), failback, gap);
    }

    private void type(LabNode node, List<String> command) {
        Run answer = node.daemon().run(command);
        story.command(node.name(), "pgha " + String.join(" ", command), answer);
        require("pgha " + command.get(0) + " succeeds", answer.code() == 0);
    }

    /** Lets a person see how things are for a while. */
    private static void watch(long millis) {
        long start = System.nanoTime();
        Lab.await(
                "a moment has passed", LIMIT, () -> System.nanoTime() - start > millis * 1_000_000);
    }

    private static void require(String what, boolean holds) {
        if (!holds) {
            throw new IllegalStateException("expected that " + what);
        }
    }
}
