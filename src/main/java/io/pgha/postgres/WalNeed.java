package io.pgha.postgres;

import io.pgha.model.Lsn;
import io.pgha.model.PostgresView;
import io.pgha.model.SlotView;
import io.pgha.model.StandbyView;

import java.util.ArrayList;
import java.util.List;

/**
 * Somebody who still needs WAL.
 *
 * @param who such as "slot pgha_b"
 * @param from the first byte that is needed; everything after it is needed too
 */
public record WalNeed(String who, Lsn from) {

    /** Where nobody can say from which byte: all of it. */
    private static final Lsn UNKNOWN = new Lsn(0);

    /** The standbys and slots of a primary. */
    public static List<WalNeed> of(PostgresView primary) {
        List<WalNeed> needs = new ArrayList<>();
        for (StandbyView standby : primary.standbys()) {
            needs.add(new WalNeed("standby " + standby.name(), standby.flushed()));
        }
        for (SlotView slot : primary.slots()) {
            needs.add(new WalNeed("slot " + slot.name(), from(primary, slot)));
        }
        return needs;
    }

    /**
     * A slot that has lost its WAL has no position any more (pg_replication_slots: restart_lsn is null): its standby lives on
     * the archive alone, from a byte that the primary does not know.
     */
    private static Lsn from(PostgresView primary, SlotView slot) {
        long position = primary.position().value();
        boolean known = !slot.walStatus().equals("lost")
                && Long.compareUnsigned(slot.retainedBytes(), position) <= 0;
        return known ? new Lsn(position - slot.retainedBytes()) : UNKNOWN;
    }
}
