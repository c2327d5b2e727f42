/** The first hour: what {@code pgha setup} finds, proposes and writes. May see: model, config, os, peer, postgres. */
@org.jspecify.annotations.NullMarked
package io.pgha.setup;
