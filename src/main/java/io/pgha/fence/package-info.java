/** Switching the other machine off, by ClusterLabs fence agents. May see: model, config, os. */
@org.jspecify.annotations.NullMarked
package io.pgha.fence;
