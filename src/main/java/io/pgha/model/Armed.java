package io.pgha.model;

import java.time.Duration;

/**
 * A slot of the gate that the kernel has taken: if it is granted, clients pass until the permit ends by itself.
 *
 * @param slot 0 or 1
 * @param nonce under which a lease may be asked for it
 * @param at a moment before the kernel was asked; the permit ends at the latest {@code permitted} after the kernel's answer
 * @param permitted by the kernel; zero when it was too short for the kernel's unit
 */
public record Armed(int slot, long nonce, MonoTime at, Duration permitted) {}
