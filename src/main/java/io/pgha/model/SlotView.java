package io.pgha.model;

/**
 * A replication slot.
 *
 * @param name its name
 * @param active somebody streams from it
 * @param retainedBytes WAL it holds back
 * @param walStatus reserved, extended, unreserved or lost
 */
public record SlotView(String name, boolean active, long retainedBytes, String walStatus) {}
