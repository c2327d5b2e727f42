package io.pgha.it;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.http.Answer;
import io.pgha.http.Call;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** A lab that several tests use in turn: each breaks something, looks what is said and done about it, and mends it again. */
final class LivePair {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static Optional<LivePair> living = Optional.empty();

    private final Lab lab;
    private final List<Run> said = new ArrayList<>();
    private boolean broken = true;

    private LivePair(Lab lab) {
        this.lab = lab;
    }

    /** The one that lives, or a new one after a test that left it broken. */
    static synchronized LivePair shared() {
        LivePair pair = living.filter(p -> !p.broken).orElseGet(() -> {
            closeShared();
            LivePair made = new LivePair(Lab.open(LabOptions.shipped()));
            made.awaitWell();
            return made;
        });
        pair.broken = true;
        living = Optional.of(pair);
        return pair;
    }

    static synchronized void closeShared() {
        living.ifPresent(pair -> pair.lab.close());
        living = Optional.empty();
    }

    Lab lab() {
        return lab;
    }

    /** Node 1. */
    LabNode primary() {
        return lab.node1();
    }

    /** Node 2. */
    LabNode standby() {
        return lab.node2();
    }

    /** A file like the lab's configuration, but for this change. */
    Path configuration(String name, UnaryOperator<String> change) {
        Path file = lab.home().resolve(name);
        String before = read(lab.home().resolve("pgha.conf"));
        String after = change.apply(before);
        assertFalse(after.equals(before), "nothing was changed");
        Template.write(file, after);
        return file;
    }

    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new IllegalStateException("could not read " + file, e);
        }
    }

    /** What {@code pgha check} says there, typed by root. */
    Run check(LabNode node) {
        return remember(node.daemon().runAsRoot(List.of("check")));
    }

    Run remember(Run run) {
        said.add(run);
        return run;
    }

    /** Waits until {@code pgha status} says all of this there, and says that something is wrong. */
    void awaitStatus(LabNode node, String... words) {
        await(
                node,
                "says " + String.join(", ", words),
                status -> status.code() != 0
                        && List.of(words).stream().allMatch(status.out()::contains));
    }

    private void await(LabNode node, String what, Predicate<Run> holds) {
        List<Run> last = new ArrayList<>();
        try {
            Lab.await(node.name() + " " + what, PATIENCE, () -> {
                last.add(status(node));
                return holds.test(last.get(last.size() - 1));
            });
            remember(last.get(last.size() - 1));
        } catch (AssertionError e) {
            String seen =
                    last.isEmpty() ? "no answer" : last.get(last.size() - 1).toString();
            throw new AssertionError(e.getMessage() + "\n" + seen + "\n" + lab.diagnosis(), e);
        }
    }

    /** As the command prints it; asked of the daemon itself, since a command's start takes longer than its answer. */
    private static Run status(LabNode node) throws IOException {
        StringBuilder text = new StringBuilder();
        int code = -1;
        for (Answer part : node.daemon().ask(Call.look(Call.Command.STATUS, Call.Form.TEXT))) {
            text.append(part.text());
            code = part.exitCode();
        }
        return new Run(List.of("status", node.name()), code, text.toString(), "");
    }

    /** Requires that a check failed with a line about {@code name} that names the remedy. */
    static void assertFinding(Run check, String name, String words, String remedy) {
        Optional<String> line = check.out()
                .lines()
                .filter(l -> l.matches("(FAIL|warn) " + name + ": .*") && l.contains(words))
                .filter(l -> l.substring(l.lastIndexOf(" -> ")).contains(remedy))
                .findFirst();
        assertTrue(
                line.isPresent(),
                () -> name + " does not say " + words + " -> " + remedy + ": " + check);
        boolean failed = line.get().startsWith("FAIL");
        assertTrue(failed ? check.code() == 2 : check.code() >= 2, check::toString);
    }

    /** Requires that clients are served as before, and that nobody was promoted. */
    void assertUnharmed() {
        assertTrue(lab.isOpen(primary()), lab::diagnosis);
        assertFalse(lab.isOpen(standby()), lab::diagnosis);
        assertTrue(primary().postgres().isPrimary(), lab::diagnosis);
        assertFalse(standby().postgres().isPrimary(), lab::diagnosis);
    }

    /** Waits until both daemons say that all is well again, which also proves the test's own repair. */
    void awaitWell() {
        for (LabNode node : List.of(primary(), standby())) {
            await(node, "is well again", status -> status.code() == 0);
        }
        assertUnharmed();
        broken = false;
    }

    /** Nothing that was printed or logged holds one of these. */
    void assertNowhere(String... secrets) {
        List<String> texts = new ArrayList<>();
        said.forEach(run -> texts.add(run.out() + run.err()));
        texts.add(primary().daemon().logged());
        texts.add(standby().daemon().logged());
        for (String secret : secrets) {
            for (String text : texts) {
                assertFalse(text.contains(secret), text);
            }
        }
    }
}
