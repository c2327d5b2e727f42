package io.pgha.config;

import io.pgha.model.Guard;
import io.pgha.model.Policy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Refuses fencing that would be half, or that would switch off the wrong machine. */
final class FencingRules {

    private final NodePart first;
    private final NodePart second;
    private final Complaints complaints;

    FencingRules(NodePart first, NodePart second, Complaints complaints) {
        this.first = first;
        this.second = second;
        this.complaints = complaints;
    }

    /** Checks the pair. */
    void check() {
        boolean one = isWritten(first);
        boolean other = isWritten(second);
        if (one != other) {
            NodePart has = one ? first : second;
            NodePart lacks = one ? second : first;
            complain(
                    lacks,
                    FenceKeys.LEVELS,
                    "is not set, but " + has.name()
                            + " has it: either node may become the standby that must switch the"
                            + " other off, so name the devices of both, or of neither");
        }
        if (!one && !other) {
            useless();
            return;
        }
        devices();
        policy();
    }

    private static boolean isWritten(NodePart part) {
        return part.values().isWritten(FenceKeys.LEVELS);
    }

    private void useless() {
        for (Key<?> key : FenceKeys.all()) {
            if (first.values().isWritten(key)) {
                complain(
                        first,
                        key,
                        "is used with nodes.NAME.fence.levels only, and neither node has that: nothing can be switched"
                                + " off");
            }
        }
    }

    private void devices() {
        List<Path> mine = paths(first);
        for (NodePart part : List.of(first, second)) {
            for (Path device : paths(part)) {
                if (part == second && mine.contains(device)) {
                    complain(
                            second,
                            FenceKeys.LEVELS,
                            device + " is a device of " + first.name()
                                    + " too: it would switch off one machine for the other; write a file for each");
                }
                for (NodePart host : List.of(first, second)) {
                    host.values()
                            .find(PostgresKeys.DATA_DIRECTORY)
                            .filter(device::startsWith)
                            .ifPresent(
                                    data -> complain(
                                            part,
                                            FenceKeys.LEVELS,
                                            device + " lies in postgres.data_directory " + data
                                                    + ", which is replaced as a whole when the node is rebuilt"));
                }
            }
        }
    }

    private static List<Path> paths(NodePart part) {
        return part.fenceLevels().stream().flatMap(List::stream).toList();
    }

    private void policy() {
        Values values = first.values();
        Optional<Policy> policy = PolicyPart.of(values, Guard.MANUAL);
        Optional<Boolean> required = values.find(FenceKeys.REQUIRED);
        if (policy.isEmpty() || required.isEmpty()) {
            return;
        }
        Policy p = policy.get();
        boolean guarded = values.isWritten(TimingKeys.GUARD);
        if (guarded && !required.get() && !p.guard().isLease()) {
            complain(
                    first,
                    FenceKeys.REQUIRED,
                    "is off, but guard = " + p.guard().name().toLowerCase(java.util.Locale.ROOT)
                            + " has no lease: a failed fencing would make two primaries. Remove it, or set guard = witness"
                            + " or etcd");
        }
        Optional<Duration> timeout = values.find(FenceKeys.TIMEOUT);
        if (p.guard().isLease() && timeout.isPresent()) {
            Duration needed = p.promoteTimeout().plus(timeout.get());
            if (p.claimTimeout().compareTo(needed) < 0) {
                complain(
                        first,
                        TimingKeys.CLAIM_TIMEOUT,
                        "claim_timeout " + Quantity.text(p.claimTimeout()) + " >= fence.timeout "
                                + Quantity.text(timeout.get()) + " + promote_timeout "
                                + Quantity.text(p.promoteTimeout()) + " = " + Quantity.text(needed)
                                + " does not hold: the old primary could claim back what the standby is still fencing"
                                + " and being promoted for");
            }
        }
    }

    private void complain(NodePart part, Key<?> key, String message) {
        complaints.add(part.values().line(key), part.values().pathOf(key), message);
    }
}
