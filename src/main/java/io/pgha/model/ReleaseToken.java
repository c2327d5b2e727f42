package io.pgha.model;

/**
 * The one-use right to become primary after a release.
 *
 * @param id unique per release
 * @param systemId of the released database
 * @param epoch of the released primary; the target opens with the next one
 * @param target who may redeem it
 * @param end the shutdown checkpoint's position; the target must hold WAL at least up to its end
 * @param timeline of that checkpoint
 */
public record ReleaseToken(
        String id, String systemId, Epoch epoch, NodeId target, Lsn end, int timeline) {}
