/** One turn of the crank, and the ports to the world. May see: model, plan, decision. */
@org.jspecify.annotations.NullMarked
package io.pgha.engine;
