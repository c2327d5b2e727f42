package io.pgha.daemon;

import io.pgha.config.Settings;
import io.pgha.decision.Counting;
import io.pgha.engine.Clock;
import io.pgha.model.ControlData;
import io.pgha.model.MonoTime;
import io.pgha.model.NodeState;
import io.pgha.model.PeerMessage;
import io.pgha.model.PeerView;
import io.pgha.model.Rejoin;
import io.pgha.postgres.PeerDatabase;
import io.pgha.postgres.RejoinAssessment;
import io.pgha.postgres.RejoinAssessment.Owner;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BiFunction;

/**
 * How a stopped copy could follow the peer's: asked every turn, answered from what is known. The looking, which reads WAL and
 * asks the peer, is done on a thread of its own when one of the two has changed, and again after a while when somebody may
 * have mended what was in the way.
 */
final class RejoinSensor {

    private static final Logger LOG = LoggerFactory.getLogger("pgha");

    private static final Duration WAL_LIMIT = Duration.ofMinutes(5);
    private static final Duration PEER_LIMIT = Duration.ofSeconds(5);
    private static final Duration AGAIN = Duration.ofSeconds(3);

    /** So many times as long as a look took it rests at least: reading much WAL must not become an occupation. */
    private static final int REST = 9;

    private final BiFunction<ControlData, Owner, Rejoin> assessment;
    private final Duration fresh;
    private final Clock clock;
    private final Runnable wake;
    private final ExecutorService thread;
    private Optional<Question> asked = Optional.empty();
    private MonoTime againAt = new MonoTime(0);
    private boolean looking;
    private Optional<Rejoin> found = Optional.empty();

    /** What an answer is for. */
    private record Question(ControlData own, Owner owner, Optional<String> obstacle) {
        /** The primary writes on all the time; where it was then is enough, since it only grows. */
        boolean isStill(Question other) {
            return own.equals(other.own)
                    && obstacle.equals(other.obstacle)
                    && owner.systemId().equals(other.owner.systemId())
                    && owner.timeline() == other.owner.timeline()
                    && owner.forks().equals(other.owner.forks());
        }
    }

    /** Reads the local WAL and asks the peer's database, each with a limit. */
    static RejoinSensor of(Settings settings, Clock clock, Runnable wake) {
        RejoinAssessment assessment =
                new RejoinAssessment(settings, new PeerDatabase(settings, PEER_LIMIT), WAL_LIMIT);
        return new RejoinSensor(settings, assessment::assess, clock, wake);
    }

    /** @param assessment is called on a thread of its own */
    RejoinSensor(
            Settings settings,
            BiFunction<ControlData, Owner, Rejoin> assessment,
            Clock clock,
            Runnable wake) {
        this.fresh = Counting.fresh(settings.policy());
        this.clock = clock;
        this.assessment = assessment;
        this.wake = wake;
        this.thread = Executors.newSingleThreadExecutor(body -> {
            Thread t = new Thread(null, body, "rejoin-" + settings.self().id(), 1 << 20);
            t.setDaemon(true);
            return t;
        });
    }

    /**
     * The newest answer; empty: there is no primary to follow, the local server is not known to be stopped, or nobody has
     * looked yet. Never waits.
     *
     * @param own pg_control of the stopped server
     * @param peer the peer's daemon
     * @param obstacle why the data directory must not be started
     */
    synchronized Optional<Rejoin> view(
            MonoTime now, Optional<ControlData> own, PeerView peer, Optional<String> obstacle) {
        Optional<Owner> owner = peer.heardAt()
                .filter(heard -> !now.isPast(heard, fresh))
                .flatMap(heard -> peer.last())
                .flatMap(RejoinSensor::owner);
        if (own.isEmpty() || owner.isEmpty()) {
            asked = Optional.empty();
            found = Optional.empty();
            return found;
        }
        Question question = new Question(own.get(), owner.get(), obstacle);
        boolean changed = asked.filter(question::isStill).isEmpty();
        if (changed) {
            found = Optional.empty();
        }
        boolean mayBeMended = found.filter(r ->
                                r.way() == Rejoin.Way.UNKNOWN || !r.complaints().isEmpty())
                        .isPresent()
                && now.isAfter(againAt);
        if (!looking && (changed || found.isEmpty() || mayBeMended)) {
            asked = Optional.of(question);
            thread.execute(() -> look(question));
            looking = true;
        }
        return found;
    }

    private void look(Question question) {
        try {
            MonoTime begun = clock.now();
            Rejoin rejoin = assess(question);
            Duration took = clock.now().since(begun);
            synchronized (this) {
                againAt = clock.now().plus(AGAIN).plus(took.multipliedBy(REST));
                if (asked.filter(question::isStill).isPresent()) {
                    found = Optional.of(rejoin);
                }
            }
        } finally {
            synchronized (this) {
                looking = false;
            }
            wake.run();
        }
    }

    /** What nobody foresaw is not known either, and looked at again as any other trouble. */
    private Rejoin assess(Question question) {
        try {
            return assessment.apply(question.own(), question.owner());
        } catch (RuntimeException | Error e) {
            LOG.error(
                    "the copy here could not be compared with the peer's, and is looked at again",
                    e);
            return Rejoin.of(Rejoin.Way.UNKNOWN, "this copy could not be looked at: " + e);
        }
    }

    private static Optional<Owner> owner(PeerMessage peer) {
        boolean known = peer.state() == NodeState.PRIMARY
                && peer.systemId().isPresent()
                && peer.timeline().isPresent()
                && peer.position().isPresent();
        return known
                ? Optional.of(new Owner(
                        peer.systemId().orElseThrow(),
                        peer.timeline().orElseThrow(),
                        peer.forks(),
                        peer.position().orElseThrow()))
                : Optional.empty();
    }
}
