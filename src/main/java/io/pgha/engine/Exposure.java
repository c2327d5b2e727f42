package io.pgha.engine;

import io.pgha.model.Guard;
import io.pgha.model.Policy;

import java.util.List;

/** Which faults a configuration does not handle, in plain words: nobody may believe to be protected who is not. */
public final class Exposure {

    private static final String UNREACHABLE =
            "a primary that is silent and cannot be seen off by any fence device waits for a person";

    private static final String ARBITER =
            "with the arbiter and one node lost together, the other node closes or does not take over";

    private Exposure() {}

    /** One sentence a fault; never empty, since every configuration has a hole. */
    public static List<String> of(Policy policy) {
        if (policy.fence().decides()) {
            return fenced(policy.guard());
        }
        return policy.fence().configured()
                ? List.of(
                        "a machine that is paused whole, and that no fence device switches off, may be open for the rest of"
                                + " its lease when it wakes: fence.required = off",
                        ARBITER)
                : of(policy.guard());
    }

    private static List<String> fenced(Guard guard) {
        return switch (guard) {
            case MANUAL, FAILCOUNT ->
                List.of(
                        UNREACHABLE,
                        "a standby that is cut off from everything but the fence devices switches off a primary that"
                                + " serves: guard gateway, witness or etcd tells it that it is the cut-off one");
            case GATEWAY -> List.of(UNREACHABLE);
            case WITNESS, ETCD -> List.of(UNREACHABLE, ARBITER);
        };
    }

    private static List<String> of(Guard guard) {
        return switch (guard) {
            case MANUAL ->
                List.of(
                        "silence of the primary (power loss, network cut) waits for a person: guard manual");
            case FAILCOUNT ->
                List.of(
                        "a cut between the nodes makes two open primaries until they see each other again:"
                                + " guard failcount");
            case GATEWAY ->
                List.of(
                        "a cut that leaves both nodes their gateway makes two open primaries: guard gateway",
                        "a primary whose daemon is dead does not close itself when it is cut off: guard gateway");
            case WITNESS, ETCD ->
                List.of(
                        "a machine that is paused whole for longer than its lease may be open for the rest of it when it"
                                + " wakes; closed only by synchronous replication or fencing",
                        ARBITER);
        };
    }
}
