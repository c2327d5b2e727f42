package io.pgha.arbiter;

import io.pgha.arbiter.Correspondence.Unanswered;
import io.pgha.json.JsonRefused;
import io.pgha.model.ArbiterAsk;
import io.pgha.model.ArbiterReply;
import io.pgha.model.Followed;
import io.pgha.model.MonoTime;
import io.pgha.model.Renewal;
import io.pgha.peer.ModelJson;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The witness's rules with an etcd for its disk: each node applies them itself, and etcd's compare-and-swap on the key's last
 * change makes sure that nobody else did meanwhile. A renewal is such a swap; who claims without a cede has seen no swap for
 * as long as any lease in the value can last, on its own clock (protocol section 2). No lease of etcd's is used: those have
 * whole seconds, and a deposed leader may still keep them alive. For one thread.
 */
final class EtcdClient implements Correspondence.Medium {

    /** Between two of its own looks at the key somebody else changed it: this often is not chance. */
    private static final int MAX_ROUNDS = 6;

    private final EtcdKey key;
    private final BallotRules rules;
    private final Supplier<MonoTime> clock;
    private final CappedClock capped;
    private final Duration deadline;
    private Optional<Known> known = Optional.empty();
    private Optional<Attempt> unknown = Optional.empty();
    private boolean stale = true;

    /**
     * What the key holds, as JSON.
     *
     * @param format 1
     * @param ballot the register
     * @param nonce of the last lease: no two values of one epoch are alike
     * @param renewal what the last owner that had opened told last; empty also when an older version wrote
     */
    record Value(int format, Ballot ballot, long nonce, Optional<Renewal> renewal) {}

    /** The key as last seen, what the owner told in it, and what is known since. */
    private record Known(
            EtcdKey.State state, Ballot ballot, Optional<Renewal> told, Standing standing) {}

    /** A swap that had no answer: it may have been done. */
    private record Attempt(String value, Standing standing) {}

    /**
     * A client; connects with the first question.
     *
     * @param clock this host's monotonic one
     * @param cap no look at it counts for more, see {@link CappedClock}
     * @param deadline of one question, whole
     */
    EtcdClient(
            EtcdKey key,
            BallotRules rules,
            Supplier<MonoTime> clock,
            Duration cap,
            Duration deadline) {
        this.key = key;
        this.rules = rules;
        this.clock = clock;
        this.capped = new CappedClock(clock, cap);
        this.deadline = deadline;
    }

    @Override
    public String describe() {
        return key.describe();
    }

    @Override
    public ArbiterReply put(ArbiterAsk ask) throws Unanswered, InterruptedException {
        MonoTime end = clock.get().plus(deadline);
        boolean fresh = false;
        Optional<Unanswered> last = Optional.empty();
        for (int round = 0;
                round < MAX_ROUNDS && (round == 0 || end.isAfter(clock.get()));
                round++) {
            try {
                if (stale) {
                    see(key.read());
                    fresh = true;
                }
                Optional<ArbiterReply> reply = answer(ask, fresh);
                if (reply.isPresent()) {
                    return reply.get();
                }
            } catch (Unanswered e) {
                // The next endpoint may answer what is left of the deadline; what was sent here is
                // looked for there first.
                stale = true;
                last = Optional.of(e);
            }
        }
        throw new Unanswered(last.map(e -> String.valueOf(e.getMessage()))
                        .orElse("the key changed " + MAX_ROUNDS + " times while it was asked")
                + "; " + describe() + " gave no answer within " + deadline.toMillis()
                + " ms. Look: etcdctl endpoint health");
    }

    /** Empty when there is no answer yet: the key must be read, or was changed by somebody else. */
    private Optional<ArbiterReply> answer(ArbiterAsk ask, boolean fresh)
            throws Unanswered, InterruptedException {
        Known k = known.orElseThrow();
        BallotRules.Answer answer = BallotRules.believing(
                k.ballot(), rules.answer(k.ballot(), k.standing(), ask, capped.now()), ask);
        boolean writes = !answer.ballot().isSameOnDisk(k.ballot())
                || answer.reply().grant().isPresent()
                || isFirstOfStandby(k.told(), answer.standing().renewal());
        if (writes) {
            return swap(k, answer);
        }
        if (fresh) {
            known = Optional.of(new Known(k.state(), k.ballot(), k.told(), answer.standing()));
            return Optional.of(answer.reply());
        }
        stale = true;
        return Optional.empty();
    }

    /**
     * That the standby follows is told at once when the key does not say so yet: an owner that died before its next lease would
     * leave a standby that must not take over. From then on each renewal says it.
     */
    private static boolean isFirstOfStandby(Optional<Renewal> before, Optional<Renewal> now) {
        return now.filter(EtcdClient::isFollowed)
                .filter(told -> before.filter(EtcdClient::isFollowed)
                        .filter(b -> b.epoch().equals(told.epoch()))
                        .isEmpty())
                .isPresent();
    }

    private static boolean isFollowed(Renewal told) {
        return told.followed().flatMap(Followed::alone).isPresent();
    }

    private Optional<ArbiterReply> swap(Known k, BallotRules.Answer answer)
            throws Unanswered, InterruptedException {
        String value = write(answer);
        unknown = Optional.of(new Attempt(value, answer.standing()));
        EtcdKey.Swap swap = key.swap(k.state().revision(), value);
        unknown = Optional.empty();
        if (!swap.done()) {
            see(swap.state());
            return Optional.empty();
        }
        Optional<Renewal> told = answer.standing().renewal();
        known = Optional.of(new Known(swap.state(), answer.ballot(), told, answer.standing()));
        return Optional.of(answer.reply());
    }

    /** Whatever changed the key may have granted the longest lease in it just now, unless it was this node. */
    private void see(EtcdKey.State state) throws Unanswered {
        MonoTime now = capped.now();
        stale = false;
        if (known.filter(k -> k.state().equals(state)).isPresent()) {
            return;
        }
        Optional<Value> value = read(state);
        Ballot ballot = value.map(Value::ballot).orElseGet(() -> Ballot.empty(rules.terms()));
        Standing standing = unknown.filter(a -> state.value().equals(Optional.of(a.value())))
                .map(Attempt::standing)
                .orElseGet(() -> Standing.fresh(ballot, rules.terms(), now))
                .knowing(value.flatMap(Value::renewal));
        known = Optional.of(new Known(state, ballot, standing.renewal(), standing));
        unknown = Optional.empty();
    }

    private Optional<Value> read(EtcdKey.State state) throws Unanswered {
        if (state.value().isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(ModelJson.JSON.read(state.value().get(), Value.class));
        } catch (JsonRefused e) {
            stale = true;
            throw new Unanswered("the key holds what this pgha did not write: " + e.getMessage()
                    + ". Has it another etcd.prefix of its own?");
        }
    }

    private static String write(BallotRules.Answer answer) {
        long nonce = answer.reply().grant().map(g -> g.nonce()).orElse(0L);
        return ModelJson.JSON.write(
                new Value(1, answer.ballot(), nonce, answer.standing().renewal()));
    }

    @Override
    public void close() {
        key.close();
    }
}
