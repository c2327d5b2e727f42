/** Commands, exit codes, tables for humans. May see: model, plan, engine, config, os, http, peer, network, postgres, setup. */
@org.jspecify.annotations.NullMarked
package io.pgha.cli;
