package io.pgha.engine;

import io.pgha.model.Policy;

/**
 * What a reading of the configuration puts in force.
 *
 * @param digest of every setting that both nodes must share
 * @param policy what is decided by
 */
public record Configured(String digest, Policy policy) {}
