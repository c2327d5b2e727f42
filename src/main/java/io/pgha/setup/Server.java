package io.pgha.setup;

import io.pgha.json.JsonRefused;
import io.pgha.json.Tree;
import io.pgha.setup.Postmasters.Postmaster;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The PostgreSQL of this machine as its superuser sees it. */
public final class Server {

    private static final String LOOK = """
            select json_build_object(
              'version', current_setting('server_version_num')::int,
              'super', (select rolsuper from pg_roles where rolname = current_user),
              'recovery', pg_is_in_recovery(),
              'system_id', (select system_identifier::text from pg_control_system()),
              'config_file', current_setting('config_file'),
              'hba_file', current_setting('hba_file'),
              'checksums', current_setting('data_checksums') = 'on',
              'conninfo', current_setting('primary_conninfo'),
              'slot', current_setting('primary_slot_name'),
              'stale', greatest((pg_stat_file(current_setting('hba_file'))).modification,
                 (pg_stat_file(current_setting('config_file'))).modification) > pg_conf_load_time(),
              'settings', (select json_object_agg(s.name, json_build_object('in_force', s.setting,
                 'written', coalesce(f.setting, s.boot_val), 'file', coalesce(f.sourcefile, ''),
                 'restart', s.context = 'postmaster'))
                 from pg_settings s left join (select distinct on (name) name, setting, sourcefile
                   from pg_file_settings where name is not null order by name, seqno desc) f using (name)
                 where s.name in ('wal_level', 'max_wal_senders', 'max_replication_slots', 'hot_standby',
                   'wal_log_hints', 'max_slot_wal_keep_size', 'listen_addresses', 'max_connections',
                   'max_worker_processes', 'max_prepared_transactions', 'max_locks_per_transaction')),
              'standbys', (select coalesce(json_agg(host(client_addr)), '[]') from pg_stat_replication
                 where client_addr is not null and state in ('streaming', 'catchup')
                   and application_name !~ 'basebackup|receivewal'));
            """;

    /** server_version_num is the major version times this, and the minor one. */
    private static final int PER_MAJOR = 10_000;

    private static final Pattern HOST = Pattern.compile("(?:^|\\s)host\\s*=\\s*'?([^\\s',]+)");

    private final Postmaster postmaster;
    private final Psql psql;
    private final Tree facts;

    private Server(Postmaster postmaster, Psql psql, Tree facts) {
        this.postmaster = postmaster;
        this.psql = psql;
        this.facts = facts;
    }

    /** Asks it as its superuser. Changes nothing. */
    static Server ask(Postmaster found) throws SetupRefused {
        Psql psql = new Psql(
                found.bin(), Owner.of(found.data()), found.socketDirectory(), found.port());
        return of(found, psql, json(psql.run("postgres", LOOK)));
    }

    /**
     * One of which these facts are known.
     *
     * @throws SetupRefused when they do not suffice
     */
    static Server of(Postmaster found, Psql psql, Tree facts) throws SetupRefused {
        if (!facts.path("super").isTrue()) {
            throw SetupRefused.input("role " + psql.owner().user() + " of the PostgreSQL in "
                    + found.data() + " is no superuser, and setup must create roles");
        }
        if (facts.path("version").whole(0) < PER_MAJOR) {
            throw SetupRefused.trouble("the PostgreSQL in " + found.data() + ", port "
                    + found.port() + ", did not say its version (server_version_num), but '"
                    + facts.path("version").text() + "': psql -c 'show server_version_num'");
        }
        return new Server(found, psql, facts);
    }

    static Tree json(String text) throws SetupRefused {
        try {
            return Tree.parse(text);
        } catch (JsonRefused e) {
            throw SetupRefused.trouble("psql's answer cannot be understood: "
                    + text.lines().findFirst().orElse("nothing"));
        }
    }

    /** Whether it follows another server. */
    public boolean isStandby() {
        return facts.path("recovery").isTrue();
    }

    /** Where it lies. */
    public Path data() {
        return postmaster.data();
    }

    /** Who the other node is, as replication knows it: the standby's address on a primary, the primary's on a standby. */
    public Optional<String> peer() {
        if (isStandby()) {
            Matcher host = HOST.matcher(facts.path("conninfo").text());
            return host.find() ? Optional.of(String.valueOf(host.group(1))) : Optional.empty();
        }
        List<String> standbys = new ArrayList<>();
        facts.path("standbys").items().forEach(s -> standbys.add(s.text()));
        return standbys.size() == 1 ? Optional.of(standbys.get(0)) : Optional.empty();
    }

    /** In one line, for a person. */
    public String words() {
        return "PostgreSQL " + major() + ", " + (isStandby() ? "standby" : "primary") + ", in "
                + postmaster.data() + ", port " + postmaster.port()
                + postmaster.unit().map(u -> ", unit " + u).orElse(", without a unit")
                + peer().map(p -> isStandby() ? ", follows " + p : ", followed by " + p)
                        .orElse("");
    }

    Postmaster postmaster() {
        return postmaster;
    }

    Psql psql() {
        return psql;
    }

    int major() {
        return (int) (facts.path("version").whole(0) / PER_MAJOR);
    }

    String systemId() {
        return facts.path("system_id").text();
    }

    String conninfo() {
        return facts.path("conninfo").text();
    }

    String slot() {
        return facts.path("slot").text();
    }

    Path configFile() {
        return Path.of(facts.path("config_file").text());
    }

    Path hbaFile() {
        return Path.of(facts.path("hba_file").text());
    }

    boolean hasChecksums() {
        return facts.path("checksums").isTrue();
    }

    /** Its files were changed after it read them last. */
    boolean isStale() {
        return facts.path("stale").isTrue();
    }

    boolean hasStandby() {
        return !facts.path("standbys").items().isEmpty();
    }

    /** A setting: what holds now, what its files say, and whether only a restart changes it. */
    Setting setting(String name) {
        Tree setting = facts.path("settings").path(name);
        return new Setting(
                setting.path("in_force").text(),
                setting.path("written").text(),
                setting.path("file").text(),
                setting.path("restart").isTrue());
    }

    /**
     * A setting.
     *
     * @param inForce as pg_settings has it
     * @param written in the files, where the last line wins; else the default
     * @param file which one that is; empty: none
     * @param restart a reload does not change it
     */
    record Setting(String inForce, String written, String file, boolean restart) {}
}
