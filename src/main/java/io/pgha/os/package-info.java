/** Running commands with a deadline, processes, signals, sd_notify. May see: nothing of ours. */
@org.jspecify.annotations.NullMarked
package io.pgha.os;
