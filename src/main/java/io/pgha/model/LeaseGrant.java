package io.pgha.model;

import java.time.Duration;

/**
 * The answer to a {@link LeaseRequest}: the grantor will let nobody else open before the duration, and more, is over.
 *
 * @param nonce of the request
 * @param epoch of the request
 * @param duration granted, counted by the grantor from the receipt of the request
 */
public record LeaseGrant(long nonce, Epoch epoch, Duration duration) {}
