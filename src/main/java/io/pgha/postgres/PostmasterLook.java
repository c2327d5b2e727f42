package io.pgha.postgres;

import io.pgha.model.Postmaster;

import java.util.OptionalLong;

/**
 * Whether the local postmaster runs, with what is known about it.
 *
 * @param state the verdict
 * @param pid its number; empty unless it runs
 * @param words why it is UNKNOWN, or what else is worth a line; may be empty
 */
public record PostmasterLook(Postmaster state, OptionalLong pid, String words) {}
