package io.pgha.postgres;

import io.pgha.engine.EventLine.Severity;

import java.util.List;

/**
 * What goes from the archive, and why.
 *
 * @param delete the files, oldest first
 * @param overruled who still needs some of them, because the archive is above its cap; usually empty
 * @param severity ERROR when somebody was overruled, WARN when space is short and nothing may go
 * @param sentence all of it for a person
 */
public record RetentionDecision(
        List<ArchivedFile> delete, List<String> overruled, Severity severity, String sentence) {

    public RetentionDecision {
        delete = List.copyOf(delete);
        overruled = List.copyOf(overruled);
    }

    /** Bytes that go. */
    public long bytes() {
        return delete.stream().mapToLong(ArchivedFile::bytes).sum();
    }
}
