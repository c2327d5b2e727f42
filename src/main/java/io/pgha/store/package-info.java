/** The journal on disk. May see: model, plan, decision, engine. */
@org.jspecify.annotations.NullMarked
package io.pgha.store;
