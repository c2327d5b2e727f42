package io.pgha.http;

/** What the copy of a node is worth, in the words of the seed's status display. */
enum DataStatus {
    /** The copy of the epoch's owner: nobody holds more. */
    LATEST("LATEST"),
    /** Follows, and its receiver streams. */
    STREAMING("STREAMING"),
    /** Could follow, and receives nothing now. */
    DISCONNECTED("DISCONNECTED"),
    /** Cannot follow any more: only {@code pgha initialize} helps. */
    REBUILD_NEEDED("REBUILD NEEDED"),
    /** Both copies hold client commits that the other lacks: a person decides. */
    CONFLICT("CONFLICT"),
    /** Could not be found out. */
    UNKNOWN("?");

    private final String words;

    DataStatus(String words) {
        this.words = words;
    }

    String words() {
        return words;
    }
}
