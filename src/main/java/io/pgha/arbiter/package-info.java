/** Who says whose epoch it is when the nodes cannot: the witness, and etcd. May see: model, config, os, peer. */
@org.jspecify.annotations.NullMarked
package io.pgha.arbiter;
