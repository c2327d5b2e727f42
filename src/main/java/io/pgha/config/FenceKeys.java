package io.pgha.config;

import static io.pgha.config.Key.shared;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** The keys of fencing. */
final class FenceKeys {

    private static final int MOST = 8;

    static final Key<Duration> TIMEOUT = shared(
            "fence.timeout",
            Forms.time("5s", "30m"),
            new Default.Fixed<>(Duration.ofSeconds(60)),
            "One attempt to switch the other machine off, all its levels together. A takeover on silence comes up to this"
                    + " much later; too short for the slowest device, and it never comes. A failed attempt is repeated"
                    + " after as long again.");

    static final Key<Duration> MONITOR_INTERVAL = shared(
            "fence.monitor_interval",
            Forms.time("10s", "1d"),
            new Default.Fixed<>(Duration.ofSeconds(60)),
            "In peacetime each node asks the devices of the other this often whether they would work, and warns when not. A"
                    + " device that answered wrongly is used all the same when it is needed.");

    static final Key<Boolean> REQUIRED = shared(
            "fence.required",
            Forms.yesOrNo(),
            new Default.Fixed<>(true),
            "Whether a standby that could not switch the primary off holds and calls a person. off, where leases keep two"
                    + " primaries apart anyway, takes over all the same; it is refused without guard witness or etcd.");

    static final Key<List<List<Path>>> LEVELS = new Key<>(
            "fence.levels",
            new Levels(Forms.list(Forms.path(), MOST, Forms.Repeats.REFUSED), MOST),
            new Default.Unset<>("none, nobody can switch this node off"),
            "How the other node switches this one off: levels in the order in which they are tried, each a device or a list"
                    + " of devices that must all succeed. A device is a file with mode 0600 on the other node: agent ="
                    + " fence_ipmilan and that agent's own options, one on a line. Both nodes need it, or neither.",
            Key.Scope.NODE,
            Key.Effect.RESTART);

    private FenceKeys() {}

    /** Those that both nodes share; the levels stand in the nodes' blocks. */
    static List<Key<?>> all() {
        return List.of(TIMEOUT, MONITOR_INTERVAL, REQUIRED);
    }
}
