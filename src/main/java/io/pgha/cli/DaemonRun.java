package io.pgha.cli;

import io.pgha.config.Running;

/** What {@code pgha daemon} does once the configuration is read; passed in, since commands do not know the daemon. */
public interface DaemonRun {

    /** Runs until it is told to end; the exit code of the process. */
    int run(Running configuration);
}
