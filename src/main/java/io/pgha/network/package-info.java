/** The gate, and the gateways. May see: model, engine, config, os. */
@org.jspecify.annotations.NullMarked
package io.pgha.network;
