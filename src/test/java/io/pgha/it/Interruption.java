package io.pgha.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * Kills a node's daemon (SIGKILL) at the steps of a workflow: as soon as the journal shows that a step is reached, each step
 * once. A run kills at every second of the steps that are left, so that two runs come to all and no step is always resumed
 * twice; a step that was over before the kill reached it is left for a later run.
 */
final class Interruption {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Lab lab;
    private final TreeSet<Integer> left = new TreeSet<>();
    private final TreeSet<Integer> killedAt = new TreeSet<>();

    /** @param steps by their numbers, from 0 */
    Interruption(Lab lab, List<Integer> steps) {
        this.lab = lab;
        left.addAll(steps);
    }

    /** Whether each step has been killed at. */
    boolean isComplete() {
        return left.isEmpty();
    }

    /** Types the command, kills and restarts the daemon as the workflow goes on, and returns when nothing runs any more. */
    void of(LabNode node, List<String> command) {
        if (isComplete()) {
            return;
        }
        List<Run> typed = new ArrayList<>();
        Thread typing = new Thread(() -> typed.add(node.daemon().run(command)), "typing");
        try {
            Kills killed = kills(node, typing::start, command.toString());
            typing.join(PATIENCE.toMillis());
            assertEquals(1, typed.size(), () -> "still typing " + command);
            Run said = typed.get(0);
            boolean lost = said.code() != 0;
            // A kill that came when all was done may have let the answer out.
            assertTrue(lost == killed.any() || (killed.late() && !lost), said::toString);
            assertTrue(!lost || said.err().contains("pgha status"), said::toString);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        lab.expect(node.name() + " is idle", PATIENCE, () -> node.daemon().isIdle());
    }

    /** The same with a workflow that begins by itself after the blow. */
    void after(Runnable blow, LabNode node) {
        kills(node, blow, "the workflow of " + node.name());
    }

    /**
     * What came of the daemon until the workflow was over, or voided by its restart.
     *
     * @param any whether it was killed
     * @param late whether it was killed once, and had come to the end of the workflow before it died
     */
    private record Kills(boolean any, boolean late) {}

    private Kills kills(LabNode node, Runnable begin, String what) {
        int kills = 0;
        boolean late = false;
        try (JournalWatch journal = new JournalWatch(node)) {
            ProcessHandle daemon = node.daemon().handle();
            begin.run();
            int next = left.first();
            while (next < JournalWatch.OVER) {
                int at = journal.await(next);
                assertTrue(at >= next, () -> "not reached: " + what + "\n" + lab.diagnosis());
                if (at == JournalWatch.OVER) {
                    break;
                }
                daemon.destroyForcibly();
                Lab.await("pgha is dead", PATIENCE, () -> !node.daemon().runs());
                kills++;
                late = kills == 1 && journal.await(at) == JournalWatch.OVER;
                left.remove(at);
                killedAt.add(at);
                node.daemon().start();
                daemon = node.daemon().handle();
                next = afterTheNext(at);
            }
        }
        return new Kills(kills > 0, late);
    }

    private int afterTheNext(int step) {
        Integer skipped = left.higher(step);
        Integer next = skipped == null ? null : left.higher(skipped);
        return next == null ? JournalWatch.OVER : next;
    }

    @Override
    public String toString() {
        return "killed at " + killedAt + (left.isEmpty() ? "" : ", too late for " + left);
    }
}
