/** The only wiring: schedule, lifecycle, walls to ports. May see: everything below. */
@org.jspecify.annotations.NullMarked
package io.pgha.daemon;
