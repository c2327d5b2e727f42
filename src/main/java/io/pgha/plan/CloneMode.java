package io.pgha.plan;

/** Where a base backup is put. */
public enum CloneMode {
    /** Beside the old copy, which is kept until the new one streams. */
    ASIDE,
    /** Over the old copy, for too little space; only while the peer is the proven open owner. */
    IN_PLACE
}
