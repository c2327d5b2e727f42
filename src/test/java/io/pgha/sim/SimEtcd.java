package io.pgha.sim;

import io.pgha.arbiter.Ballot;
import io.pgha.arbiter.EtcdCell;
import io.pgha.arbiter.Terms;
import io.pgha.model.ArbiterAsk;
import io.pgha.model.NodeId;
import io.pgha.model.Policy;
import io.pgha.model.Register;

import java.time.Duration;
import java.util.List;

/** An etcd that loses nothing: a key, and the daemons' own clients for it, whose swaps may be lost, unheard of, or late. */
final class SimEtcd implements SimThird {

    private final Universe universe;
    private final EtcdCell cell;
    private boolean up = true;

    SimEtcd(Universe universe, List<NodeId> nodes) {
        this.universe = universe;
        Policy policy = universe.policy();
        this.cell = new EtcdCell(
                nodes,
                new Terms(policy.leaseMargin(), policy.claimTimeout(), policy.handoverLease()));
    }

    @Override
    public void preset(Register held) {
        cell.preset(held);
    }

    @Override
    public void stop() {
        if (up) {
            universe.trace().say("e", "stops");
            up = false;
        }
    }

    @Override
    public void start() {
        if (!up) {
            universe.trace().say("e", "starts");
            up = true;
        }
    }

    /** Of one start of a daemon. */
    EtcdCell.Client client(SimHost host, Line line) {
        Policy policy = universe.policy();
        Duration cap = policy.heartbeat().multipliedBy(2).plus(policy.probeTimeout());
        return cell.client(line, host.clock()::now, cap, policy.probeTimeout());
    }

    Line line(SimHost host) {
        return new Line(host);
    }

    /** From a host to here: the calls of one question follow each other, and each takes its time. */
    final class Line implements EtcdCell.Way {
        private final SimHost host;
        private long took;

        private Line(SimHost host) {
            this.host = host;
        }

        /** A question's first call is next. */
        void begin() {
            took = 0;
        }

        /** How long the question's calls took so far. */
        long took() {
            return took;
        }

        @Override
        public EtcdCell.Fate next() {
            SimNetwork network = universe.network();
            long deadline = universe.policy().probeTimeout().toNanos();
            if (!up || network.isLost(host.place(), Place.WITNESS)) {
                return EtcdCell.Fate.LOST;
            }
            long there = network.delay(host.place(), Place.WITNESS);
            if (took + there > deadline || universe.chance().of(0.005)) {
                return EtcdCell.Fate.LATE;
            }
            long back = network.delay(Place.WITNESS, host.place());
            took = took + there + back;
            boolean unheard = network.isLost(Place.WITNESS, host.place()) || took > deadline;
            return unheard ? EtcdCell.Fate.UNHEARD : EtcdCell.Fate.ANSWERED;
        }

        @Override
        public void later(Runnable swap) {
            long deadline = universe.policy().probeTimeout().toNanos();
            universe.agenda().in(universe.chance().around(2 * deadline), () -> {
                if (up && !universe.network().isCut(host.place(), Place.WITNESS)) {
                    swap.run();
                }
            });
        }

        @Override
        public void changed(ArbiterAsk ask) {
            Ballot ballot = cell.ballot().orElseThrow();
            universe.trace()
                    .say(
                            "e",
                            () -> "by " + host + ": " + ballot.register() + ", no lease above "
                                    + ballot.longest());
            ballot.register().ifPresent(universe.laws()::registered);
            ballot.register().ifPresent(held -> universe.laws().told(ask, held));
        }
    }
}
