/** What is true and what to do about it: pure functions, no clock, no logger, no I/O. May see: model, plan. */
@org.jspecify.annotations.NullMarked
package io.pgha.decision;
