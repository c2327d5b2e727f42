package io.pgha.plan;

/** Where a rewind finds the WAL of the copy that is rewound. */
public enum TargetWal {
    /** In its own pg_wal. */
    LOCAL,
    /** There, and by restore_command what was recycled already. */
    ARCHIVE
}
