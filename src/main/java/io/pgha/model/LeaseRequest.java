package io.pgha.model;

import java.time.Duration;

/**
 * An owner asks for a lease. It was sent only after the kernel had been told to end it by itself, so that whatever delays the
 * request or its answer can only shorten the lease.
 *
 * @param nonce names one arming of one slot; never used twice by one start of a daemon
 * @param epoch of which the asker is owner
 * @param duration asked for; the holder's kernel counts less, the grantor waits for more
 */
public record LeaseRequest(long nonce, Epoch epoch, Duration duration) {}
