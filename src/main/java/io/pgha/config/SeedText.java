package io.pgha.config;

import com.typesafe.config.ConfigUtil;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Writes the imported file. Adds a warning for each value that means something else now. */
final class SeedText {

    /** The keys that the scripts, their library and their cron job read. */
    static final List<String> KNOWN = List.of(
            "PRIMARY_HOST",
            "STANDBY_HOST",
            "PGSQL_SQL_USER",
            "PGSQL_SSH_USER",
            "MAX_PRIMARY_FAILCOUNT",
            "PGSQL_HOME",
            "WAL_ARCHIVE_WRITE",
            "WAL_ARCHIVE_READ",
            "BACKUP_DIR",
            "MAX_AGE");

    private static final Pattern COLLECTION = Pattern.compile("/opt/rh/([A-Za-z0-9._-]+)/.*");

    private final Map<String, String> values;
    private final List<String> warnings;
    private final StringBuilder text = new StringBuilder();

    SeedText(Map<String, String> values, List<String> warnings) {
        this.values = values;
        this.warnings = warnings;
    }

    String body() {
        guard();
        failcount();
        postgres();
        archive();
        nodes();
        obsolete();
        return text.toString();
    }

    private Optional<String> value(String key) {
        return Optional.ofNullable(values.get(key)).filter(v -> !v.isBlank());
    }

    private void line(String line) {
        text.append(line).append('\n');
    }

    private static String quote(String value) {
        return ConfigUtil.quoteString(value);
    }

    private void guard() {
        line(
                "# The scripts behaved as guard = failcount does: the standby takes over when it cannot reach the primary,");
        line(
                "# and a cut between the nodes makes two primaries. Choose, and take the # away; the others are manual");
        line(
                "# (a person takes over) and gateway (needs gateways = [...], closes a cut-off primary).");
        line("#guard = failcount");
        line("");
        warnings.add(
                "guard is not chosen: the scripts behaved as guard = failcount; nothing starts until you write one");
    }

    private void failcount() {
        Optional<String> written = value("MAX_PRIMARY_FAILCOUNT");
        if (written.isEmpty()) {
            return;
        }
        if (!written.get().matches("\\d{1,3}")) {
            warnings.add(
                    "MAX_PRIMARY_FAILCOUNT is no number; max_primary_failcount is left to the profile");
            return;
        }
        int count = Integer.parseInt(written.get());
        int kept = Math.min(100, Math.max(2, count));
        if (kept != count) {
            warnings.add(
                    "MAX_PRIMARY_FAILCOUNT = " + count + " is out of range and became " + kept);
        }
        line(
                "# The scripts probed once a minute, pgha once a second: the same number endures far shorter trouble. The");
        line("# profile's own is 4.");
        line("max_primary_failcount = " + kept);
        line("");
        warnings.add("max_primary_failcount = " + kept
                + " now counts probes a second apart, not a minute: network trouble" + " of "
                + (kept + 1) + " s can make a failover; remove the key to have the profile's 4");
    }

    private void postgres() {
        line("postgres {");
        Optional<String> home = value("PGSQL_HOME");
        home.ifPresentOrElse(
                h -> line("  data_directory = " + quote(h.replaceFirst("/+$", "") + "/data")),
                () -> {
                    line("  #data_directory = \"/var/lib/pgsql/15/data\"");
                    warnings.add("PGSQL_HOME is not set: write postgres.data_directory");
                });
        line(
                "  # The scripts found the programs by themselves; write the directory of pg_ctl, version 13 or later.");
        home.map(COLLECTION::matcher)
                .filter(Matcher::matches)
                .ifPresentOrElse(
                        m -> collection(String.valueOf(m.group(1))),
                        () -> line("  #bin = \"/usr/pgsql-15/bin\""));
        warnings.add(
                "postgres.bin is not known: write the directory of the PostgreSQL programs (13 or later)");
        line(
                "  # As the scripts did; with a systemd unit better control = systemd and unit = \"...\"");
        line("  #control = pg_ctl");
        value("PGSQL_SQL_USER").ifPresent(user -> line("  user = " + quote(user)));
        line("  # The database that the scripts probed; any database that always exists will do.");
        line("  #database = \"vmdb_production\"");
        line("  replication_user = \"replicator\"");
        line("  pass_file = \"/var/lib/pgsql/.pgpass\"");
        line("}");
        line("");
    }

    private void collection(String name) {
        boolean old = name.matches("(rh-)?postgresql(9\\d|10|12)");
        line("  #bin = " + quote("/opt/rh/" + name + "/root/usr/bin"));
        line((old ? "  #" : "  ") + "wrapper = [\"scl\", \"enable\", " + quote(name) + ", \"--\"]");
        if (old) {
            warnings.add("PGSQL_HOME lies in the software collection " + name
                    + ", which is older than PostgreSQL 13: upgrade the database first");
        }
    }

    private void archive() {
        Optional<String> write = value("WAL_ARCHIVE_WRITE");
        Optional<String> read = value("WAL_ARCHIVE_READ");
        if (write.isEmpty()) {
            read.ifPresent(
                    r -> warnings.add(
                            "WAL_ARCHIVE_READ is set without WAL_ARCHIVE_WRITE; there is no archive until both are written"));
            return;
        }
        line("archive {");
        line("  write = " + quote(write.get()));
        read.ifPresent(r -> line("  read = " + quote(r)));
        line("  # What the scripts' daily job kept; refused when a standby still needs it.");
        line("  keep = " + value("MAX_AGE").filter(a -> a.matches("\\d{1,3}")).orElse("7") + "d");
        line("}");
        line("");
        warnings.add(
                "the archive is refused while its location is on the root file system; set archive.require_mount = off"
                        + " if that is meant");
    }

    private void nodes() {
        line("nodes {");
        node("node1", "PRIMARY_HOST");
        node("node2", "STANDBY_HOST");
        line("}");
    }

    private void node(String name, String key) {
        Optional<String> host = value(key);
        if (host.isEmpty()) {
            warnings.add(key + " is not set: write nodes." + name + ".host");
        }
        line("  " + name + " { " + host.map(h -> "host = " + quote(h)).orElse("") + " }");
    }

    private void obsolete() {
        value("PGSQL_SSH_USER")
                .ifPresent(
                        v -> warnings.add(
                                "PGSQL_SSH_USER is not needed any more: the nodes talk over the peer link, and"
                                        + " without one pgha release --archive makes a file that you copy as you like"));
        value("BACKUP_DIR")
                .ifPresent(
                        v -> warnings.add(
                                "BACKUP_DIR is not needed any more: the other node is cloned over the network;"
                                        + " the offline way names its file itself (pgha release --archive FILE)"));
    }
}
