package io.pgha.arbiter;

import io.pgha.model.MonoTime;
import io.pgha.model.Register;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * One pair's register at the witness: questions one after the other, each answered from durable state only. Safe for any
 * thread.
 */
final class BallotBox {

    /** A question that cannot have its turn by then is given up by the node as well. */
    private static final Duration TURN = Duration.ofMillis(500);

    private final String pair;
    private final BallotRules rules;
    private final BallotFile file;
    private final Supplier<MonoTime> clock;
    private final Consumer<String> log;
    private final ReentrantLock turn = new ReentrantLock(true);
    private Exchange.Mark mark;
    private Ballot ballot;
    private Standing standing;
    private Optional<MonoTime> restsUntil;

    private BallotBox(
            String pair,
            BallotRules rules,
            BallotFile file,
            BallotFile.Content content,
            Supplier<MonoTime> clock,
            Consumer<String> log) {
        this.pair = pair;
        this.rules = rules;
        this.file = file;
        this.clock = clock;
        this.log = log;
        this.mark = content.mark();
        this.ballot = content.ballot();
        this.standing = Standing.fresh(ballot, rules.terms(), clock.get());
        this.restsUntil = Optional.of(standing.grantsUntil());
    }

    /**
     * Reads the pair's file, or begins one.
     *
     * @param clock capped, see {@link CappedClock}
     * @param log takes a sentence for every change of the register
     * @throws IOException when the directory cannot be used
     */
    static BallotBox open(
            String pair,
            BallotRules rules,
            BallotFile file,
            Supplier<MonoTime> clock,
            Consumer<String> log)
            throws IOException {
        Optional<BallotFile.Content> found;
        String begins = file.path() + " does not exist";
        try {
            found = file.read();
        } catch (BallotFile.Damaged e) {
            file.setAside();
            found = Optional.empty();
            begins = file.path() + " is damaged (" + e.getMessage() + ") and was set aside";
        }
        if (found.isEmpty()) {
            BallotFile.Content blank = blank(rules);
            file.write(blank);
            found = Optional.of(blank);
            log.accept("pair " + pair + ": " + begins
                    + "; it grants nothing until both nodes tell it the same epoch and owner");
        }
        BallotBox box = new BallotBox(pair, rules, file, found.get(), clock, log);
        log.accept("pair " + pair + ": holds "
                + found.get().ballot().register().map(BallotBox::words).orElse("nothing yet")
                + "; renewals go on at once, the epoch moves after "
                + box.standing.rest(clock.get()).toMillis() + " ms or by a cede");
        return box;
    }

    private static BallotFile.Content blank(BallotRules rules) {
        String instance = UUID.randomUUID().toString().substring(0, 8);
        return new BallotFile.Content(new Exchange.Mark(instance, 1), Ballot.empty(rules.terms()));
    }

    String pair() {
        return pair;
    }

    /**
     * Answers; whatever the answer rests on is durable then.
     *
     * @throws IOException when the disk failed, or hangs: nothing was granted and nothing was moved
     */
    Exchange.Answer ask(Exchange.Question question) throws IOException {
        try {
            if (!turn.tryLock(TURN.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IOException("the disk under " + file.path() + " does not answer");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        try {
            MonoTime now = clock.get();
            distrustIfRestored(question, now);
            tellWhenRested(now);
            BallotRules.Answer answer = rules.answer(ballot, standing, question.ask(), now);
            if (!answer.ballot().isSameOnDisk(ballot)) {
                save(answer.ballot());
            }
            ballot = answer.ballot();
            standing = answer.standing();
            answer.news().ifPresent(news -> log.accept("pair " + pair + ": " + news));
            return new Exchange.Answer(mark, answer.reply());
        } finally {
            turn.unlock();
        }
    }

    /** A counter is told to nodes only once it is durable: one that they saw and the file lacks means an old copy. */
    private void save(Ballot next) throws IOException {
        Exchange.Mark raised = new Exchange.Mark(mark.instance(), mark.counter() + 1);
        file.write(new BallotFile.Content(raised, next));
        mark = raised;
    }

    /** A node has seen more than this file knows: an old copy was put back. It is not believed any further. */
    private void distrustIfRestored(Exchange.Question question, MonoTime now) throws IOException {
        boolean restored = question.seen()
                .filter(seen ->
                        seen.instance().equals(mark.instance()) && seen.counter() > mark.counter())
                .isPresent();
        if (!restored) {
            return;
        }
        BallotFile.Content blank = blank(rules);
        file.write(blank);
        log.accept(
                "pair " + pair + ": " + question.ask().node() + " has seen change "
                        + question.seen().get().counter() + ", this file holds change "
                        + mark.counter()
                        + ": an old copy of " + file.path()
                        + " was put back. It grants nothing until both nodes tell it the same epoch and owner");
        mark = blank.mark();
        ballot = blank.ballot();
        standing = Standing.fresh(ballot, rules.terms(), now);
        restsUntil = Optional.of(standing.grantsUntil());
    }

    private void tellWhenRested(MonoTime now) {
        if (restsUntil.isPresent() && !restsUntil.get().isAfter(now)) {
            restsUntil = Optional.empty();
            log.accept("pair " + pair
                    + ": every lease granted before its start is over; the epoch may move");
        }
    }

    /** Keeps the owner's last position for the next start; for an orderly end only. */
    void close() {
        if (!turn.tryLock()) {
            return;
        }
        try {
            save(ballot);
        } catch (IOException e) {
            log.accept("pair " + pair + ": the owner's last position was not saved: " + e);
        } finally {
            turn.unlock();
        }
    }

    private static String words(Register r) {
        return "epoch " + r.epoch() + " of " + r.owner() + (r.leased() ? "" : ", not opened yet");
    }
}
