package io.pgha.model;

/**
 * One line of a timeline history: where a timeline was left.
 *
 * @param timeline the timeline that was left
 * @param at the position at which it was left
 */
public record Fork(int timeline, Lsn at) {}
