package io.pgha.setup;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What begins pgha's work on a node. */
final class Boot {

    private Boot() {}

    /**
     * The commands.
     *
     * @param unit PostgreSQL's, where systemd runs it
     * @param when what is to be known of the moment; may be empty
     */
    static List<String> commands(Optional<String> unit, String when) {
        List<String> commands = new ArrayList<>();
        unit.ifPresent(u -> commands.add(
                "pgha-boot take " + u + "    # it starts at boot by pgha's decision alone"));
        commands.add("systemctl start pgha" + when);
        return commands;
    }
}
