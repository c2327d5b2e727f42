package io.pgha.booted;

import io.pgha.it.Run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** The way from a machine with PostgreSQL to a guarded pair, as the readme goes it. */
final class Installation {

    static final String PASSWORD = "secret-of-the-lab";

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    /** What a database administrator has before pgha: a primary that clients and a standby may reach. */
    private static final String PRIMARY = """
            cat >>/etc/postgresql/15/main/postgresql.conf <<'END'
            listen_addresses = '*'
            wal_log_hints = on
            max_slot_wal_keep_size = '1GB'
            wal_retrieve_retry_interval = '200ms'
            END
            cat >>/etc/postgresql/15/main/pg_hba.conf <<'END'
            host all         pgha        10.77.0.0/28   scram-sha-256
            host all         replicator  10.77.0.0/28   scram-sha-256
            host replication replicator  10.77.0.0/28   scram-sha-256
            END
            printf '*:*:*:pgha:%1$s\\n*:*:*:replicator:%1$s\\n' >/var/lib/postgresql/.pgpass
            chown postgres: /var/lib/postgresql/.pgpass
            chmod 600 /var/lib/postgresql/.pgpass
            """.formatted(PASSWORD);

    /** Who may come in as a client, on either node. */
    private static final String CLIENTS = """
            cat >>/etc/postgresql/15/main/pg_hba.conf <<'END'
            host app         app         10.77.0.100/32 scram-sha-256
            host postgres    knocker     10.77.0.100/32 trust
            END
            """;

    private static final String APPLICATION = """
            psql -X -q -v ON_ERROR_STOP=1 <<'END'
            create role knocker login;
            create role app login password '%1$s';
            create database app owner app;
            \\c app
            set role app;
            create table recorded (id bigint primary key);
            create table observed (id bigint generated always as identity, at timestamptz default now());
            END
            """.formatted(PASSWORD);

    private static final String ROLES = """
            psql -X -q -v ON_ERROR_STOP=1 <<'END'
            create role pgha login password '%1$s';
            grant pg_monitor, pg_signal_backend, pg_checkpoint to pgha;
            create role replicator login replication in role pg_monitor password '%1$s';
            grant execute on function pg_ls_dir(text, boolean, boolean), pg_stat_file(text, boolean),
              pg_read_binary_file(text), pg_read_binary_file(text, bigint, bigint, boolean) to replicator;
            END
            """.formatted(PASSWORD);

    private Installation() {}

    /** The newest package of that name that the build made. */
    static Path built(String name) {
        try (Stream<Path> all = Files.list(Path.of("target"))) {
            return all.filter(f -> f.getFileName().toString().matches(name + "_[0-9].*\\.deb"))
                    .max((a, b) ->
                            Long.compare(a.toFile().lastModified(), b.toFile().lastModified()))
                    .orElseThrow(() ->
                            new AssertionError("no " + name + "_*.deb: mvn package makes it"));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** PostgreSQL on both nodes, the second following the first; nothing of pgha. */
    static void postgres(BootedLab lab) {
        String restart = "systemctl restart postgresql@15-main";
        lab.node1().machine().shell(PRIMARY + CLIENTS + restart).orFail();
        lab.node1().machine().postgres(ROLES + APPLICATION).orFail();
        lab.node2().machine().shell(PRIMARY + CLIENTS).orFail();
        String standby = """
            systemctl stop postgresql@15-main
            rm -rf /var/lib/postgresql/15/main
            cd /
            runuser -u postgres -- pg_basebackup -h %s -U replicator -D /var/lib/postgresql/15/main \\
                -R -C -S pgha -c fast -w
            systemctl start postgresql@15-main
            """.formatted(lab.node1().machine().address());
        lab.node2().machine().shell(standby).orFail();
        lab.expect("node2 streams", PATIENCE, lab.node2()::isStreaming);
    }

    /**
     * What is there before a database administrator opens the readme: PostgreSQL as Debian installs it on both machines, with an
     * application's database on the first, its clients' lines on both, root's way by ssh from the first to the second, and
     * the package. What it depends on is in the image, since the machines have no network.
     */
    static void bare(BootedLab lab) {
        BootedMachine first = lab.node1().machine();
        BootedMachine second = lab.node2().machine();
        // Both have the image's cluster, where two installations would have made two.
        second.shell("pg_dropcluster --stop 15 main; pg_createcluster --start 15 main")
                .orFail();
        lab.nodes().forEach(node -> node.machine().shell(CLIENTS).orFail());
        first.postgres(APPLICATION).orFail();
        first.shell("""
                ssh-keygen -q -t ed25519 -N '' -f /root/.ssh/id_ed25519
                echo 'StrictHostKeyChecking accept-new' >/root/.ssh/config
                """).orFail();
        second.run("install", "-d", "-m", "700", "/root/.ssh").orFail();
        copy(first.live("/root/.ssh/id_ed25519.pub"), second, "/root/.ssh/authorized_keys");
        Path deb = built("pgha");
        lab.nodes().forEach(node -> copy(deb, node.machine(), "/root/" + deb.getFileName()));
    }

    /** Copies a package to a machine and installs it there, whichever version is there, without a network. */
    static Run install(BootedMachine machine, Path deb) {
        copy(deb, machine, "/root/" + deb.getFileName());
        return machine.run(
                "apt-get",
                "install",
                "-y",
                "-q",
                "--allow-downgrades",
                "/root/" + deb.getFileName());
    }

    private static void copy(Path from, BootedMachine machine, String to) {
        try {
            Files.copy(from, machine.live(to), StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new IllegalStateException("could not copy to " + machine.name(), e);
        }
    }

    /** The packages on all three, configured for guard witness; PostgreSQL's start at boot is pgha's; the daemons run. */
    static void pgha(BootedLab lab) {
        List<BootedNode> nodes = lab.nodes();
        nodes.forEach(node -> install(node.machine(), built("pgha")).orFail());
        install(lab.witness(), built("pgha-witness")).orFail();
        nodes.forEach(node -> configure(lab, node, "witness"));
        BootedMachine first = lab.node1().machine();
        first.shell("""
                pgha keygen /etc/pgha/pair.key --nodes node1,node2
                pgha keygen /etc/pgha/pair.key --for-witness /root/orders.key
                chown postgres: /etc/pgha/pair.key
                """).orFail();
        copy(first.live("/etc/pgha/pair.key"), lab.node2().machine(), "/etc/pgha/pair.key");
        lab.node2()
                .machine()
                .shell("chown postgres: /etc/pgha/pair.key; chmod 600 /etc/pgha/pair.key")
                .orFail();
        copy(first.live("/root/orders.key"), lab.witness(), "/root/orders.key");
        lab.witness().shell("""
                install -D -o pgha-witness -m 600 /root/orders.key /etc/pgha/pairs/orders.key
                printf 'pairs = ["/etc/pgha/pairs/orders.key"]\\nlongest_lease = 15s\\n' >/etc/pgha/witness.conf
                systemctl enable --now pgha-witness
                """).orFail();
        for (BootedNode node : nodes) {
            node.machine().run("pgha-boot", "take", "postgresql@15-main").orFail();
            node.machine().run("systemctl", "start", "pgha").orFail();
        }
    }

    /** Writes a node's pgha.conf. */
    static void configure(BootedLab lab, BootedNode node, String guard) {
        String text = """
            guard = %s
            failover_block = 0s
            nodes.node1.host = "%s"
            nodes.node2.host = "%s"
            postgres {
              data_directory = "/var/lib/postgresql/15/main"
              config_directory = "/etc/postgresql/15/main"
              bin = "/usr/lib/postgresql/15/bin"
              control = systemd
              unit = "postgresql@15-main"
              socket_directory = "/var/run/postgresql"
              pass_file = "/var/lib/postgresql/.pgpass"
              max_slot_wal_keep_size = 1GB
            }
            """.formatted(
                guard, lab.node1().machine().address(), lab.node2().machine().address());
        // The lease is short, since a new witness moves no epoch for as long.
        String arbiter = "handover_lease = 15s\nwitness.host = \"" + BootedLab.WITNESS + "\"\n";
        node.machine()
                .write("/etc/pgha/pgha.conf", guard.equals("witness") ? text + arbiter : text);
    }
}
