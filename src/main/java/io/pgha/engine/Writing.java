package io.pgha.engine;

import io.pgha.model.MonoTime;

import java.time.Duration;
import java.util.Optional;

/** How the journal takes what it is given. Engine thread only. */
final class Writing {

    /** Between two tries to write a journal that cannot be written. */
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private Optional<String> trouble = Optional.empty();
    private Optional<MonoTime> retryAt = Optional.empty();
    private Optional<MonoTime> unwrittenSince = Optional.empty();

    /** Facts are on their way to the disk. */
    void began(MonoTime now) {
        unwrittenSince = unwrittenSince.or(() -> Optional.of(now));
    }

    void succeeded() {
        trouble = Optional.empty();
        retryAt = Optional.empty();
        unwrittenSince = Optional.empty();
    }

    void failed(String why, MonoTime now) {
        trouble = Optional.of(why);
        retryAt = Optional.of(now.plus(PAUSE));
    }

    /** Why the last write failed; empty when it succeeded, or is under way. */
    Optional<String> trouble() {
        return trouble;
    }

    /** A write has just failed; the next try comes soon. */
    boolean rests(MonoTime now) {
        return retryAt.filter(at -> at.isAfter(now)).isPresent();
    }

    /** Nothing has reached the disk for that long, though there was something to write: it fails, or it hangs. */
    boolean isStuck(MonoTime now, Duration limit) {
        return unwrittenSince.filter(since -> now.isPast(since, limit)).isPresent();
    }
}
