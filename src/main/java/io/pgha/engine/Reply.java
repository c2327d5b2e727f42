package io.pgha.engine;

import java.util.List;
import java.util.Optional;

/**
 * The daemon's answer to a {@link Request}.
 *
 * @param exitCode 0 done or begun, 1 failed, 5 refused for safety; as in the table of exit codes
 * @param lines what to print: the verdict, the steps, or the reason and what to type next
 * @param planId the workflow that was begun, to follow in {@link Status#running()}; with a refusal of a dry run: the one that has
 *     to end first, by itself
 */
public record Reply(int exitCode, List<String> lines, Optional<String> planId) {

    public Reply {
        lines = List.copyOf(lines);
    }
}
