/** The link to the other node. May see: model, engine, config, os. */
@org.jspecify.annotations.NullMarked
package io.pgha.peer;
