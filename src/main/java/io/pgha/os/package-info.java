/** Running commands with a deadline, processes, signals, sd_notify, threads with a limit. May see: nothing of ours. */
@org.jspecify.annotations.NullMarked
package io.pgha.os;
