package io.pgha.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The PostgreSQL of one node, as an administrator handles it: by pg_ctl as its owner, by signals, and by psql through
 * its unix socket, which no firewall rule of the node can close.
 */
final class LabPostgres {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final LabNode node;

    LabPostgres(LabNode node) {
        this.node = node;
    }

    /** The data directory as the host sees it. */
    Path data() {
        return node.disk().resolve("data");
    }

    private Path dataInside() {
        return node.mountPoint().resolve("data");
    }

    /** Makes the data directory: the template's copy. */
    void create(boolean durable) {
        Template.copyTo(data());
        if (!durable) {
            append("postgresql.conf", "fsync = off\n");
        }
    }

    /** Makes this node, not yet started, a standby of the other. */
    void follow(LabNode primary) {
        Path signal = data().resolve("standby.signal");
        Template.write(signal, "");
        String connection = "host=%s port=5432 user=replicator application_name=%s passfile=%s"
                .formatted(primary.address(), node.name(), node.passFile());
        append("postgresql.auto.conf", "primary_conninfo = '" + connection + "'\n");
        append("postgresql.auto.conf", "primary_slot_name = 'pgha'\n");
        append("postgresql.auto.conf", "wal_retrieve_retry_interval = '200ms'\n");
        Run.of(List.of("chown", "postgres:postgres", signal.toString())).orFail();
    }

    void append(String file, String text) {
        try {
            Path path = data().resolve(file);
            Files.writeString(path, Files.readString(path) + text);
        } catch (IOException e) {
            throw new IllegalStateException("could not write " + file + " of " + node.name(), e);
        }
    }

    /** Adds a line to pg_hba.conf of a running server. */
    void admit(String line) {
        append("pg_hba.conf", line + "\n");
        pgCtl(List.of("reload")).orFail();
    }

    /** Starts it and waits until it takes connections. */
    void start() {
        begin();
        Lab.await(node.name() + "'s PostgreSQL starts", PATIENCE, this::isReady);
    }

    /** Starts it without waiting. */
    void begin() {
        String log = node.mountPoint().resolve("log/postgresql.log").toString();
        pgCtl(List.of("-l", log, "-W", "start")).orFail();
    }

    /** Everything it logged so far. */
    String logged() {
        Path log = node.disk().resolve("log/postgresql.log");
        try {
            return Files.exists(log) ? Files.readString(log) : "";
        } catch (IOException e) {
            throw new IllegalStateException("could not read " + log, e);
        }
    }

    /** Whether it takes connections; asked, since the pid file of a killed one still says so. */
    boolean isReady() {
        String socket = node.machine().root("/run/postgresql").toString();
        return Run.of(List.of(Template.program("pg_isready"), "-q", "-h", socket))
                        .code()
                == 0;
    }

    /** Clean stop, as a person does it. */
    void stop() {
        pgCtl(List.of("-m", "fast", "-w", "stop")).orFail();
    }

    Run pgCtl(List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.addAll(List.of(Template.program("pg_ctl"), "-D", dataInside().toString()));
        command.addAll(arguments);
        return Run.within(PATIENCE, node.machine().postgres(command));
    }

    /** Kills the postmaster with SIGKILL. Returns the moment just before, on System.nanoTime. */
    long crash() {
        long postmaster = postmaster();
        long now = System.nanoTime();
        signal("-KILL", List.of(postmaster));
        return now;
    }

    /** The same at the moment in which nobody may read its WAL any more. */
    void crashWithUnreadableWal() {
        String wal = data().resolve("pg_wal").toString();
        String both = "chmod 000 " + wal + "/0000000?????????????????; kill -KILL " + postmaster();
        Run.of(List.of("bash", "-c", both)).orFail();
    }

    /** Freezes the postmaster only: established sessions go on, new ones are never answered. */
    long hang() {
        long postmaster = postmaster();
        long now = System.nanoTime();
        signal("-STOP", List.of(postmaster));
        return now;
    }

    /** Freezes every process of the cluster, the postmaster first. */
    long hangAll() {
        long postmaster = postmaster();
        long now = System.nanoTime();
        signal("-STOP", List.of(postmaster));
        List<String> command = new ArrayList<>(List.of("kill", "-STOP"));
        everyProcess().forEach(process -> command.add(Long.toString(process)));
        // No more are born; one that answered a port check may end before its signal comes.
        Run.of(command);
        return now;
    }

    /** How many replication slots it has, used or not. */
    int slots() {
        return Integer.parseInt(sql("postgres", "select count(*) from pg_replication_slots"));
    }

    /** Whether it says that none of its slots holds WAL back: one of a standby fills its disk. */
    boolean keepsNoWal() {
        String held = "select count(*) from pg_replication_slots where restart_lsn is not null";
        Run run = trySql("postgres", held);
        return run.code() == 0 && run.out().strip().equals("0");
    }

    /** Freezes who sends WAL to the standby: what is written from now on stays here. */
    void holdWal() {
        List<Long> senders = sql("postgres", "select pid from pg_stat_replication")
                .lines()
                .map(pid -> node.machine().onHost(Long.parseLong(pid)).orElseThrow())
                .toList();
        signal("-STOP", senders);
    }

    /** Freezes the WAL receiver only: the standby answers, and takes nothing more. */
    void freezeReceiver() {
        freeze("walreceiver");
    }

    /** Freezes recovery only: the standby answers, takes everything, and replays nothing more. */
    void freezeReplay() {
        freeze("postgres: startup");
    }

    private void freeze(String title) {
        signal("-STOP", everyProcess().stream().filter(p -> hasTitle(p, title)).toList());
    }

    private static boolean hasTitle(long onHost, String title) {
        try {
            return Files.readString(Path.of("/proc/" + onHost + "/cmdline")).contains(title);
        } catch (IOException e) {
            return false; // It ended meanwhile.
        }
    }

    /** By how much the kernel likes to end its children when memory runs out (man 5 proc, oom_score_adj), each value once. */
    Set<String> oomScoresOfChildren() {
        return ofChildren("oom_score_adj", "");
    }

    /** What its children may do beyond others (man 7 capabilities), each set once. */
    Set<String> capabilitiesOfChildren() {
        return ofChildren("status", "CapPrm:");
    }

    private Set<String> ofChildren(String file, String prefix) {
        List<Long> all = findPostmaster().map(LabPostgres::family).orElse(List.of());
        return all.stream()
                .skip(1)
                .map(process -> Run.of(List.of("cat", "/proc/" + process + "/" + file)))
                .flatMap(run -> run.out().lines())
                .filter(line -> line.startsWith(prefix))
                .map(line -> line.substring(prefix.length()).strip())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Ends a hang of any kind, if a server is there. */
    void resume() {
        List<String> command = new ArrayList<>(List.of("kill", "-CONT"));
        findPostmaster().map(LabPostgres::family).stream()
                .flatMap(List::stream)
                .forEach(process -> command.add(Long.toString(process)));
        // Woken first, the postmaster may end others before they are woken.
        Run.of(command);
    }

    /** Whether a postmaster of this node lives, frozen or not. */
    boolean runs() {
        return findPostmaster().isPresent();
    }

    private long postmaster() {
        return findPostmaster()
                .orElseThrow(() ->
                        new IllegalStateException(node.name() + " has no PostgreSQL running"));
    }

    /** The postmaster's number on the host. */
    Optional<Long> findPostmaster() {
        return pidFile()
                .map(lines -> Long.parseLong(lines.get(0).strip()))
                .flatMap(inside -> node.machine().onHost(inside))
                .filter(LabPostgres::isPostgres);
    }

    /** After a power cut the file may name a number that something else has now. */
    private static boolean isPostgres(long onHost) {
        try {
            return Files.readString(Path.of("/proc/" + onHost + "/comm"))
                    .strip()
                    .equals("postgres");
        } catch (IOException e) {
            return false; // It ended meanwhile.
        }
    }

    private List<Long> everyProcess() {
        return family(postmaster());
    }

    private static List<Long> family(long postmaster) {
        List<Long> all = new ArrayList<>(List.of(postmaster));
        ProcessHandle.of(postmaster)
                .ifPresent(handle -> handle.children().forEach(child -> all.add(child.pid())));
        return all;
    }

    private static void signal(String signal, List<Long> onHost) {
        List<String> command = new ArrayList<>(List.of("kill", signal));
        onHost.forEach(process -> command.add(Long.toString(process)));
        Run.of(command).orFail();
    }

    private Optional<List<String>> pidFile() {
        try {
            List<String> lines = Files.readAllLines(data().resolve("postmaster.pid"));
            return lines.isEmpty() ? Optional.empty() : Optional.of(lines);
        } catch (IOException e) {
            return Optional.empty(); // Not there: not started, or stopped cleanly.
        }
    }

    /** Runs SQL as superuser through the unix socket; the bare result, columns separated by a bar. */
    String sql(String database, String sql) {
        return trySql(database, sql).orFail().out().strip();
    }

    /** The same for what takes longer. */
    String sql(String database, String sql, Duration limit) {
        return Run.within(limit, psql("postgres", database, sql)).orFail().out().strip();
    }

    Run trySql(String database, String sql) {
        return Run.of(psql("postgres", database, sql));
    }

    /** Runs SQL as that user through the unix socket, within a limit. */
    Run tryAs(String user, String sql, Duration limit) {
        return Run.within(limit, psql(user, "app", sql));
    }

    /** A session of a plain user that lasts: returns when its statement runs. */
    void beginSession(String sql) {
        Path log = node.disk().resolve("log/session.log");
        node.machine().spawn(psql("app", "app", sql), log);
        Lab.await(
                "the session's statement runs",
                PATIENCE,
                () -> sql(
                                "postgres",
                                "select count(*) from pg_stat_activity where usename = 'app' and state = 'active'"
                                        + " and query like '%pg_sleep%'")
                        .equals("1"));
    }

    private List<String> psql(String user, String database, String sql) {
        String socket = node.machine().root("/run/postgresql").toString();
        return List.of(
                Template.program("psql"),
                "-X",
                "-q",
                "-A",
                "-t",
                "-v",
                "ON_ERROR_STOP=1",
                "-h",
                socket,
                "-U",
                user,
                "-d",
                database,
                "-c",
                sql);
    }

    /** Changes a setting of this server alone, while it runs. */
    void set(String name, String value) {
        sql("postgres", "alter system set " + name + " = '" + value + "'");
        sql("postgres", "select pg_reload_conf()");
    }

    /** The setting is the file's again. */
    void reset(String name) {
        sql("postgres", "alter system reset " + name);
        sql("postgres", "select pg_reload_conf()");
    }

    /** Waits until this standby has replayed all that the primary has written. */
    void awaitReplayed(LabPostgres primary) {
        awaitPast(primary, "pg_last_wal_replay_lsn()");
    }

    /** Waits until this standby has on its disk all that the primary has, replayed or not. */
    void awaitReceived(LabPostgres primary) {
        awaitPast(primary, "pg_last_wal_receive_lsn()");
    }

    private void awaitPast(LabPostgres primary, String here) {
        String end = primary.sql("postgres", "select pg_current_wal_flush_lsn()");
        Lab.await(
                node.name() + " is at " + end,
                PATIENCE,
                () -> sql("postgres", "select " + here + " >= '" + end + "'").equals("t"));
    }

    /** Whether it answers and says that it takes writes. */
    boolean isPrimary() {
        Run asked = trySql("postgres", "select pg_is_in_recovery()");
        return asked.code() == 0 && asked.out().strip().equals("f");
    }

    /** Whether it answers, is in recovery, and streams from the other node. */
    boolean isStreaming() {
        Run asked = trySql(
                "postgres", "select count(*) from pg_stat_wal_receiver where status = 'streaming'");
        return asked.code() == 0 && asked.out().strip().equals("1");
    }
}
