/** Asking, starting, stopping, cloning PostgreSQL. May see: model, plan, engine, config, os. */
@org.jspecify.annotations.NullMarked
package io.pgha.postgres;
