/**
 * The deterministic simulator: the very same engine on simulated clocks, disks, networks, firewalls and databases. One seed is
 * one schedule and replays exactly. May see: model, plan, decision, engine, and the pure judges of postgres.
 */
@org.jspecify.annotations.NullMarked
package io.pgha.sim;
