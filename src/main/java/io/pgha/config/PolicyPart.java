package io.pgha.config;

import io.pgha.model.CrashPolicy;
import io.pgha.model.Guard;
import io.pgha.model.Policy;
import io.pgha.model.SyncPolicy;

import java.util.Optional;

/** The decision core's numbers, out of the shared keys. */
final class PolicyPart {

    private PolicyPart() {}

    /** The policy; empty when some key is not sound. A missing guard is taken as {@code guard}. */
    static Optional<Policy> of(Values v, Guard guard) {
        boolean sound = TimingKeys.all().stream()
                .filter(key -> !key.equals(TimingKeys.GUARD))
                .allMatch(key -> v.find(key).isPresent());
        if (!sound) {
            return Optional.empty();
        }
        return Optional.of(new Policy(
                        profile(v),
                        v.find(TimingKeys.GUARD).orElse(guard),
                        v.get(TimingKeys.INTERVAL),
                        v.get(TimingKeys.PROBE_TIMEOUT),
                        v.get(TimingKeys.MAX_PRIMARY_FAILCOUNT),
                        v.get(TimingKeys.HEARTBEAT),
                        v.get(TimingKeys.FENCE_AFTER),
                        v.get(TimingKeys.GATEWAY_TIMEOUT),
                        v.get(TimingKeys.CLOSE_TIMEOUT),
                        v.get(TimingKeys.STREAM_TIMEOUT),
                        v.get(TimingKeys.BOOT_PEER_WAIT),
                        v.get(TimingKeys.ON_CLEAN_STOP),
                        v.get(TimingKeys.CLEAN_STOP_GRACE),
                        v.get(TimingKeys.MAXIMUM_LAG),
                        v.get(TimingKeys.PROMOTE_TIMEOUT),
                        v.get(TimingKeys.START_TIMEOUT),
                        v.get(TimingKeys.STOP_TIMEOUT),
                        v.get(TimingKeys.LADDER_TIMEOUT),
                        v.get(TimingKeys.CEDE_VALIDITY),
                        v.get(TimingKeys.RESTART_ATTEMPTS),
                        v.get(TimingKeys.FAILOVER_BLOCK),
                        v.get(TimingKeys.LEASE),
                        v.get(TimingKeys.LEASE_MARGIN),
                        v.get(TimingKeys.HANDOVER_LEASE),
                        v.get(TimingKeys.CLAIM_TIMEOUT),
                        v.get(TimingKeys.WORKFLOW_TIMEOUT))
                .withAtBoot(v.get(TimingKeys.BOOT))
                .withSync(new SyncPolicy(v.get(TimingKeys.SYNC), v.get(TimingKeys.SYNC_TIMEOUT)))
                .withWalRescueTimeout(v.get(TimingKeys.WAL_RESCUE_TIMEOUT))
                .withRejoining(v.get(TimingKeys.REJOIN))
                .withCrash(new CrashPolicy(
                        v.get(TimingKeys.ON_CRASH),
                        v.get(TimingKeys.RESTART_BUDGET),
                        v.get(TimingKeys.RESTART_ATTEMPTS))));
    }

    /** The profile's word, with ", changed" when one of its values was set to another by hand. */
    private static String profile(Values v) {
        boolean changed = TimingKeys.all().stream().anyMatch(key -> isChanged(v, key));
        return v.profile().word() + (changed ? ", changed" : "");
    }

    private static <T> boolean isChanged(Values v, Key<T> key) {
        return key.isOfProfile() && !v.find(key).equals(key.otherwise().under(v.profile()));
    }
}
