package io.pgha.cli;

import io.pgha.config.Settings;
import io.pgha.config.Settings.FenceSettings;
import io.pgha.fence.Fencing;
import io.pgha.fence.Fencing.Look;
import io.pgha.http.Amounts;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What {@code pgha check} finds out about the devices that switch the peer off: file, agent, and what monitor says. */
final class FenceChecks {

    private static final Duration MOST = Duration.ofSeconds(20);

    /** Calls that an attempt may need at least: off and status, each once more. */
    private static final long CALLS = 4;

    private FenceChecks() {}

    /** One finding a device; none where fencing is not configured. Up to 20 s a device. */
    static List<Finding> of(Settings settings) {
        List<Finding> found = new ArrayList<>();
        settings.fence().ifPresent(fence -> {
            Duration limit = fence.timeout().compareTo(MOST) < 0 ? fence.timeout() : MOST;
            for (Look look : Fencing.ofPeer(settings, fence).monitor(limit)) {
                found.add(judged(settings, fence, look));
            }
        });
        return found;
    }

    private static Finding judged(Settings settings, FenceSettings fence, Look look) {
        String name = "fence level " + look.level();
        if (!look.isFine()) {
            return Finding.fail(name, look.device() + ": " + look.words(), look.remedy());
        }
        Duration share = fence.timeout().dividedBy(CALLS * fence.peer().size());
        return look.took().compareTo(share) > 0
                ? Finding.warn(
                        name,
                        look.device() + " took " + Amounts.span(look.took())
                                + " for one answer, and off and status must fit into fence.timeout",
                        "give this host's own name and the device's in /etc/hosts, or raise fence.timeout")
                : Finding.ok(
                        name,
                        look.device() + " (" + look.agent() + ") would switch "
                                + settings.peer().id() + " off; monitor took "
                                + Amounts.span(look.took()));
    }
}
