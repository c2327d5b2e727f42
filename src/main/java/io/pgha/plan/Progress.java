package io.pgha.plan;

import java.util.OptionalLong;

/**
 * How far a long step is.
 *
 * @param done bytes so far
 * @param total bytes in all, when known
 * @param words what is being done now
 */
public record Progress(long done, OptionalLong total, String words) {}
