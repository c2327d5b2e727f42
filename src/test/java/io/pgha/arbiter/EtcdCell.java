package io.pgha.arbiter;

import io.pgha.arbiter.Correspondence.Unanswered;
import io.pgha.model.ArbiterAsk;
import io.pgha.model.ArbiterReply;
import io.pgha.model.MonoTime;
import io.pgha.model.NodeId;
import io.pgha.model.Register;
import io.pgha.peer.ModelJson;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** One key of an etcd in memory, and the product's own clients for it. */
public final class EtcdCell {

    private final BallotRules rules;
    private EtcdKey.State state = new EtcdKey.State(0, Optional.empty());
    private long revisions;

    /** What becomes of a call. */
    public enum Fate {
        ANSWERED,
        /** It does not get there. */
        LOST,
        /** It is carried out, and nobody hears of it. */
        UNHEARD,
        /** It is given up by its sender, and a swap is carried out later. */
        LATE
    }

    /** Between a client and the key. */
    public interface Way {

        /** What becomes of the next call. */
        Fate next();

        /** A swap whose fate is late: to be run once, or never. */
        void later(Runnable swap);

        /** A swap was carried out. */
        void changed(ArbiterAsk ask);
    }

    /** A key that is not there. */
    public EtcdCell(List<NodeId> nodes, Terms terms) {
        this.rules = new BallotRules(nodes, terms);
    }

    /** It has been there for a long time: nobody holds a lease of this owner any more. */
    public void preset(Register held) {
        Ballot ballot = new Ballot(Optional.of(held), Duration.ZERO, Optional.empty());
        put(ModelJson.JSON.write(new EtcdClient.Value(1, ballot, 0, Optional.empty())));
    }

    /** Somebody removes it. */
    public void delete() {
        revisions = revisions + 1;
        state = new EtcdKey.State(0, Optional.empty());
    }

    /** What the key holds; empty when there is none. */
    public Optional<Ballot> ballot() {
        return state.value().map(EtcdCell::read);
    }

    private static Ballot read(String value) {
        try {
            return ModelJson.JSON.read(value, EtcdClient.Value.class).ballot();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void put(String value) {
        revisions = revisions + 1;
        state = new EtcdKey.State(revisions, Optional.of(value));
    }

    /** One start of a daemon. */
    public final class Client {
        private final EtcdClient client;
        private final Key key;

        private Client(Way way, Supplier<MonoTime> clock, Duration cap, Duration deadline) {
            this.key = new Key(way);
            this.client = new EtcdClient(key, rules, clock, cap, deadline);
        }

        /** Empty when there was no answer. */
        public Optional<ArbiterReply> put(ArbiterAsk ask) {
            key.asking = Optional.of(ask);
            try {
                return Optional.of(client.put(ask));
            } catch (Unanswered e) {
                return Optional.empty();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return Optional.empty();
            }
        }
    }

    /** A client that knows nothing yet. */
    public Client client(Way way, Supplier<MonoTime> clock, Duration cap, Duration deadline) {
        return new Client(way, clock, cap, deadline);
    }

    private final class Key implements EtcdKey {
        private final Way way;
        private Optional<ArbiterAsk> asking = Optional.empty();

        Key(Way way) {
            this.way = way;
        }

        @Override
        public String describe() {
            return "a key in memory";
        }

        @Override
        public State read() throws Unanswered {
            if (way.next() != Fate.ANSWERED) {
                throw new Unanswered("no answer");
            }
            return state;
        }

        @Override
        public Swap swap(long revision, String value) throws Unanswered {
            Fate fate = way.next();
            ArbiterAsk ask = asking.orElseThrow();
            if (fate == Fate.LATE) {
                way.later(() -> change(revision, value, ask));
            }
            boolean arrives = fate == Fate.ANSWERED || fate == Fate.UNHEARD;
            boolean done = arrives && change(revision, value, ask);
            if (fate != Fate.ANSWERED) {
                throw new Unanswered("no answer");
            }
            return new Swap(done, state);
        }

        private boolean change(long from, String value, ArbiterAsk ask) {
            boolean same = state.revision() == from;
            if (same) {
                put(value);
                way.changed(ask);
            }
            return same;
        }

        @Override
        public void close() {}
    }
}
