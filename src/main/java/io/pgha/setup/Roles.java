package io.pgha.setup;

import io.pgha.config.Settings;
import io.pgha.config.Settings.PostgresSettings;
import io.pgha.json.Tree;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The two roles on the primary, with no right that pgha does not use. What is there already is not granted again, so that a
 * second look proposes nothing.
 */
final class Roles {

    private static final int WITH_CHECKPOINT_ROLE = 15;

    private static final List<String> REWIND = List.of(
            "pg_ls_dir(text, boolean, boolean)",
            "pg_stat_file(text, boolean)",
            "pg_read_binary_file(text)",
            "pg_read_binary_file(text, bigint, bigint, boolean)");

    private static final String RELOAD = "pg_reload_conf()";
    private static final String SYNC_NAMES = "synchronous_standby_names";

    private final Server server;
    private final Settings settings;
    private final Map<String, String> passwords;
    private final SecureRandom random;
    private final List<String> statements = new ArrayList<>();
    private final List<String> shown = new ArrayList<>();

    /** The passwords are those of the password file, by role. */
    Roles(Server server, Settings settings, Map<String, String> passwords, SecureRandom random) {
        this.server = server;
        this.settings = settings;
        this.passwords = passwords;
        this.random = random;
    }

    /** Whether somebody else uses a role of that name: it is there, and that password is not its. */
    static boolean isTaken(Server server, String role, Optional<String> password)
            throws SetupRefused {
        String verifier = server.psql()
                .run(
                        "postgres",
                        "select coalesce(rolpassword, 'none') from pg_authid where rolname = "
                                + Sql.literal(role) + ";");
        return !verifier.isEmpty()
                && !password.map(p -> ScramVerifier.fits(verifier, p)).orElse(false);
    }

    /** The statements that are needed; a step without any when none is. */
    RoleStep propose() throws SetupRefused {
        PostgresSettings own = settings.postgres();
        probe(own.user());
        replication(own.replicationUser());
        return new RoleStep(server.psql(), own.database(), statements, shown);
    }

    private boolean hasCheckpointRole() {
        return server.major() >= WITH_CHECKPOINT_ROLE;
    }

    private void probe(String role) throws SetupRefused {
        Tree now = look(role);
        login(role, "login", now, now.path("login").isTrue());
        member(role, now, "pg_monitor");
        member(role, now, "pg_signal_backend");
        if (hasCheckpointRole()) {
            member(role, now, "pg_checkpoint");
        }
        if (!settings.policy().sync().isOn()) {
            return;
        }
        if (hasCheckpointRole()) {
            if (!now.path("sync_names").isTrue()) {
                add("grant alter system on parameter " + SYNC_NAMES + " to " + Sql.name(role));
            }
            function(role, now, RELOAD);
        } else if (!now.path("super").isTrue()) {
            add("alter role " + Sql.name(role)
                    + " superuser -- before PostgreSQL 15 nobody else may set " + SYNC_NAMES);
        }
    }

    private void replication(String role) throws SetupRefused {
        Tree now = look(role);
        login(
                role,
                "login replication",
                now,
                now.path("login").isTrue() && now.path("replication").isTrue());
        member(role, now, "pg_monitor");
        for (String function : REWIND) {
            function(role, now, function);
        }
    }

    private void login(String role, String rights, Tree now, boolean hasRights) {
        String password = password(role);
        if (!now.hasMembers()) {
            secret("create role " + Sql.name(role) + " " + rights, password);
        } else if (!ScramVerifier.fits(now.path("password").text(), password)) {
            secret("alter role " + Sql.name(role) + " " + rights, password);
        } else if (!hasRights) {
            add("alter role " + Sql.name(role) + " " + rights);
        }
    }

    private String password(String role) {
        return Optional.ofNullable(passwords.get(role))
                .orElseThrow(() -> new IllegalStateException("no password for role " + role));
    }

    private void member(String role, Tree now, String group) {
        if (!now.path("groups").path(group).isTrue()) {
            add("grant " + group + " to " + Sql.name(role));
        }
    }

    private void function(String role, Tree now, String function) {
        if (!now.path("functions").path(function).isTrue()) {
            add("grant execute on function pg_catalog." + function + " to " + Sql.name(role));
        }
    }

    private void add(String statement) {
        statements.add(statement);
        shown.add(statement);
    }

    private void secret(String statement, String password) {
        String verifier = ScramVerifier.make(password, random).text();
        statements.add(statement + " password " + Sql.literal(verifier));
        shown.add(statement + " password '(SCRAM-SHA-256 verifier)'");
    }

    /** What that role may; an empty object when it does not exist. */
    private Tree look(String role) throws SetupRefused {
        StringBuilder functions = new StringBuilder();
        List<String> all = new ArrayList<>(REWIND);
        all.add(RELOAD);
        for (String function : all) {
            functions
                    .append(functions.length() == 0 ? "" : ", ")
                    .append(Sql.literal(function))
                    .append(", has_function_privilege(r.oid, ")
                    .append(Sql.literal("pg_catalog." + function))
                    .append(", 'execute')");
        }
        String names = hasCheckpointRole()
                ? "has_parameter_privilege(r.oid, '" + SYNC_NAMES + "', 'alter system')"
                : "false";
        String answer = server.psql()
                .run(
                        settings.postgres().database(),
                        "select json_build_object('login', rolcanlogin, 'replication', rolreplication,"
                                + " 'super', rolsuper, 'password', coalesce(rolpassword, ''), 'sync_names', "
                                + names
                                + ", 'groups', (select json_object_agg(g.rolname, pg_has_role(r.oid, g.oid, 'member'))"
                                + " from pg_roles g where g.rolname in ('pg_monitor', 'pg_signal_backend',"
                                + " 'pg_checkpoint')), 'functions', json_build_object("
                                + functions + ")) from pg_authid r where rolname = "
                                + Sql.literal(role) + ";");
        return Server.json(answer.isEmpty() ? "{}" : answer);
    }
}
