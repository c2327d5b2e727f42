package io.pgha.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A freshly made database in the place of a stopped node's own, which lies aside meanwhile: a standby of nobody. */
record OtherDatabase(LabNode node, Path data, Path aside) {

    /** Makes it; the node's PostgreSQL and daemon are stopped. */
    static OtherDatabase replace(LabNode node) throws IOException {
        Path data = node.postgres().data();
        Path aside = Files.move(data, data.resolveSibling("data.aside"));
        String inside = node.mountPoint().resolve("data").toString();
        run(node, "", Template.program("initdb"), "-D", inside, "-U", "postgres", "-N");
        // Before the first start: a standby refuses limits that are lower than those in its WAL.
        for (String file : List.of("postgresql.conf", "postgresql.auto.conf", "pg_hba.conf")) {
            Files.writeString(data.resolve(file), LivePair.read(aside.resolve(file)));
        }
        String role = "create role pgha login password '" + Template.PASSWORD
                + "' in role pg_monitor, pg_signal_backend\n";
        run(node, role, Template.program("postgres"), "--single", "-D", inside, "postgres");
        run(node, "", "touch", inside + "/standby.signal");
        return new OtherDatabase(node, data, aside);
    }

    private static void run(LabNode node, String input, String... command) {
        Run.fed(input, Duration.ofSeconds(30), node.machine().postgres(List.of(command)))
                .orFail();
    }

    /** The node's own database is in its place again; PostgreSQL and daemon are stopped. */
    void putBack() throws IOException {
        Run.of(List.of("rm", "-rf", data.toString())).orFail();
        Files.move(aside, data);
    }
}
