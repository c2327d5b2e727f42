package io.pgha.model;

import java.time.Duration;
import java.util.Optional;

/**
 * What the arbiter answers.
 *
 * @param register what it holds; empty when it holds nothing of this pair, or nothing that it believes
 * @param leaseRest how long its grants to the owner may still be in force, margins included; zero when they are over. An
 *     arbiter that has just started reports a full lease
 * @param grant the lease asked for
 * @param claim what came of the claim
 * @param renewal what the owner told last, also after its epoch was claimed, until the next owner has opened; empty: not known
 * @param words why something was not granted; empty when all was
 */
public record ArbiterReply(
        Optional<Register> register,
        Duration leaseRest,
        Optional<LeaseGrant> grant,
        Optional<ClaimAnswer> claim,
        Optional<Renewal> renewal,
        String words) {

    /**
     * What came of a claim.
     *
     * @param id of the claim
     * @param moved the register now says so, durably
     * @param why not
     */
    public record ClaimAnswer(String id, boolean moved, String why) {}
}
