package io.pgha.setup;

import java.util.List;
import java.util.Optional;

/** What begins pgha's work on a node. */
final class Boot {

    private Boot() {}

    /** The commands, where systemd runs PostgreSQL. */
    static List<String> commands(Optional<String> unit) {
        return unit.map(u -> List.of(
                        "pgha-boot take " + u + "    # it starts at boot by pgha's decision alone",
                        "systemctl start pgha"))
                .orElse(List.of("systemctl start pgha"));
    }
}
