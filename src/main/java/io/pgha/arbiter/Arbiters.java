package io.pgha.arbiter;

import io.pgha.config.Settings;
import io.pgha.model.ArbiterAsk;
import io.pgha.model.ArbiterView;
import io.pgha.model.MonoTime;
import io.pgha.model.NodeId;
import io.pgha.model.Policy;
import io.pgha.os.AddressBook;
import io.pgha.peer.PairKey;
import io.pgha.peer.PairKeyException;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

import javax.net.ssl.SSLParameters;

/** The arbiter that a configuration names. */
public final class Arbiters {

    /** A question that takes longer is of no use: the lease must be renewed. */
    private static final Duration LONGEST_QUESTION = Duration.ofSeconds(1);

    private Arbiters() {}

    /** With the other guards nobody is asked. */
    private static final class Nobody implements Arbiter {
        @Override
        public void ask(ArbiterAsk question) {
            // There is nobody who could answer.
        }

        @Override
        public ArbiterView view() {
            return ArbiterView.NONE;
        }

        @Override
        public String describe() {
            return "no arbiter";
        }

        @Override
        public void close() {
            // Nothing was opened.
        }
    }

    /**
     * The arbiter of guard witness or etcd, ready to be asked; with every other guard one that never answers.
     *
     * @param clock this host's monotonic one
     * @param onChange called after every answer, and after every question that has none; must not wait
     * @throws PairKeyException when the pair key holds nothing for a witness
     * @throws IOException when a file that the configuration names cannot be used
     */
    public static Arbiter of(
            Settings settings, PairKey pair, Supplier<MonoTime> clock, Runnable onChange)
            throws PairKeyException, IOException {
        Optional<Correspondence.Medium> medium = medium(settings, pair, clock);
        return medium.<Arbiter>map(m -> Correspondence.begin(m, clock, onChange))
                .orElseGet(Nobody::new);
    }

    private static Optional<Correspondence.Medium> medium(
            Settings settings, PairKey pair, Supplier<MonoTime> clock)
            throws PairKeyException, IOException {
        Duration deadline = deadline(settings.policy());
        try {
            return switch (settings.policy().guard()) {
                case MANUAL, FAILCOUNT, GATEWAY -> Optional.empty();
                case WITNESS -> {
                    pair.demandWitness();
                    Settings.WitnessPlace place = settings.witness().orElseThrow();
                    yield Optional.of(new WitnessClient(
                            place.host(), place.port(), pair, deadline, new AddressBook()));
                }
                case ETCD -> Optional.of(etcd(settings, pair, clock, deadline));
            };
        } catch (GeneralSecurityException e) {
            throw new IOException("this Java runtime has no TLS 1.3: " + e.getMessage(), e);
        }
    }

    private static EtcdClient etcd(
            Settings settings, PairKey pair, Supplier<MonoTime> clock, Duration deadline)
            throws IOException {
        Settings.EtcdPlace place = settings.etcd().orElseThrow();
        Policy policy = settings.policy();
        // Half of it for one endpoint, so that one which is stuck leaves time for another.
        Duration half = deadline.dividedBy(2);
        Web web = place.caFile().isPresent()
                ? new Web(EtcdSecrets.trusting(place.caFile().get()), new SSLParameters(), half)
                : new Web(half);
        List<NodeId> nodes = Stream.of(pair.self(), pair.peer()).sorted().toList();
        String key = place.prefix() + "/" + nodes.get(0) + "+" + nodes.get(1);
        Terms terms =
                new Terms(policy.leaseMargin(), policy.claimTimeout(), policy.handoverLease());
        Duration cap = policy.heartbeat().multipliedBy(2).plus(deadline);
        return new EtcdClient(
                new EtcdGateway(place, key, half, web),
                new BallotRules(nodes, terms),
                clock,
                cap,
                deadline);
    }

    /** Three questions fit in a lease. */
    static Duration deadline(Policy policy) {
        Duration third = policy.lease().dividedBy(3);
        return third.compareTo(LONGEST_QUESTION) < 0 ? third : LONGEST_QUESTION;
    }
}
