package io.pgha.setup;

import io.pgha.config.Settings;
import io.pgha.config.Settings.PostgresSettings;
import io.pgha.postgres.Conninfo;
import io.pgha.postgres.DataDirectoryException;
import io.pgha.postgres.PeerDatabase;
import io.pgha.postgres.PeerSlot;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A standby that was there before pgha follows under pgha's role, name and slot: then it is known by its name to the primary,
 * and no WAL that it lacks is thrown away.
 *
 * @param settings of this node
 * @param psql the way to its server
 */
record FollowStep(Settings settings, Psql psql) implements Step {

    private static final Duration LIMIT = Duration.ofSeconds(10);

    /** Whether the standby follows otherwise. */
    boolean isNeeded(Server server) {
        return !server.conninfo().equals(Conninfo.toPeer(settings).text())
                || !server.slot().equals(settings.postgres().slot());
    }

    private AlterStep alter() {
        Map<String, String> values = new LinkedHashMap<>();
        values.put("primary_conninfo", Conninfo.toPeer(settings).text());
        values.put("primary_slot_name", settings.postgres().slot());
        return new AlterStep(psql, values);
    }

    @Override
    public String words() {
        return "slot " + settings.postgres().slot() + " on " + settings.peer().id()
                + ", and how this standby follows; streaming begins anew";
    }

    @Override
    public List<String> lines() {
        return alter().lines();
    }

    @Override
    public void make() throws SetupRefused {
        PostgresSettings own = settings.postgres();
        try (Connection primary = new PeerDatabase(settings, LIMIT).open()) {
            PeerSlot.ensure(primary, own.slot(), own.maxSlotWalKeepBytes());
        } catch (SQLException | DataDirectoryException e) {
            throw SetupRefused.trouble("slot " + own.slot() + " could not be made on "
                    + settings.peer().id() + ": " + e.getMessage()
                    + ". Finish pgha setup there first, then type the same here again");
        }
        alter().make();
    }
}
