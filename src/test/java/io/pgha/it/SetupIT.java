package io.pgha.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The first hour: from PostgreSQL as initdb makes it to a pair that fails over, by {@code pgha setup} once on each node. */
@Tag("netns")
@NeedsNamespaces
class SetupIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Test
    void aServerAsInitdbMadeItBecomesAPairByOneCommandANode() throws IOException {
        try (Lab lab = Lab.open(LabOptions.bare())) {
            LabInstallation.install(lab.home(), LabOptions.bare());
            LabNode first = lab.node1();
            LabNode second = lab.node2();
            makeAnew(lab);

            Map<String, String> untouched = files(first);
            Run dry = setup(first, firstHour(lab, "--dry-run"));
            assertEquals(0, dry.code(), dry::toString);
            assertEquals(untouched, files(first));
            Run told = setup(first, firstHour(lab, "--yes"));
            assertEquals(0, told.code(), told::toString);
            hidesSecrets(first, told);
            assertTrue(told.out().contains("pg_ctl"), told::toString);
            first.postgres().pgCtl(List.of("-w", "restart")).orFail();
            isDone(first, List.of("--yes"));

            carryBundle(first, second);
            List<String> from = List.of("--from", bundle(second), "--yes");
            Run other = setup(second, from);
            assertEquals(0, other.code(), other::toString);
            assertTrue(other.out().contains("pgha initialize"), other::toString);
            assertTrue(other.out().contains("set the other database aside"), other::toString);
            assertFalse(Files.exists(second.postgres().data()), "its place is free");
            isDone(second, from);

            startPair(lab);
            failOver(lab);
        }
    }

    @Test
    void aPairThatReplicatesAlreadyIsTakenAsItIsAndFollowsUnderPghasRole() throws IOException {
        try (Lab lab = Lab.open(LabOptions.bare())) {
            LabInstallation.install(lab.home(), LabOptions.bare());
            for (LabNode node : List.of(lab.node1(), lab.node2())) {
                Run.of(List.of("mkdir", etc(node).toString())).orFail();
                node.daemon().configure(Optional.of(inside(node).resolve("pgha.conf")));
            }
            List<String> from = List.of("--from", bundle(lab.node2()), "--yes");

            Run wrongWay = setup(lab.node2(), List.of("--guard", "manual", "--yes"));
            assertEquals(5, wrongWay.code(), wrongWay::toString);
            Run told = setup(lab.node1(), List.of("--guard", "manual", "--yes"));
            assertEquals(0, told.code(), told::toString);
            carryBundle(lab.node1(), lab.node2());
            Run other = setup(lab.node2(), from);
            assertEquals(0, other.code(), other::toString);

            String who = "select usename || ' ' || application_name from pg_stat_replication"
                    + " where state = 'streaming'";
            // The role replicator was somebody else's before, and stays so.
            lab.expect(
                    "node2 streams under pgha's role",
                    PATIENCE,
                    () -> lab.node1()
                            .postgres()
                            .sql("postgres", who)
                            .equals("pgha_replicator node2"));
            isDone(lab.node1(), List.of("--yes"));
            isDone(lab.node2(), from);
        }
    }

    @Test
    void aDirectoryInWhichAServerRunsIsNeverMovedWhateverDataNames() throws IOException {
        try (Lab lab = Lab.open(LabOptions.bare())) {
            LabInstallation.install(lab.home(), LabOptions.bare());
            LabNode second = lab.node2();
            makeAnew(lab);
            Run first = setup(lab.node1(), firstHour(lab, "--yes"));
            assertEquals(0, first.code(), first::toString);
            carryBundle(lab.node1(), second);
            String place = second.mountPoint().resolve("data").toString();
            String other = startUnrelated(second);

            // Where nobody runs a database goes aside, whoever runs elsewhere.
            Run free = setup(second, from(second, place, "--dry-run"));
            assertEquals(0, free.code(), free::toString);
            assertTrue(free.out().contains("set the other database aside"), free::toString);
            Run unnamed = setup(second, List.of("--from", bundle(second), "--dry-run"));
            assertEquals(5, unnamed.code(), unnamed::toString);
            assertTrue(unnamed.err().contains("--data " + place), unnamed::toString);

            second.postgres().start();
            for (String named : List.of("/other", other, place)) {
                Run refused = setup(second, from(second, named, "--yes"));
                assertTrue(List.of(2, 5).contains(refused.code()), refused::toString);
                assertTrue(Files.exists(second.postgres().data().resolve("PG_VERSION")), named);
            }
            Run told = setup(second, from(second, "/other", "--yes"));
            assertTrue(told.err().contains("--data " + place), told::toString);
            assertTrue(told.err().contains("--data " + other), told::toString);
            assertEquals("1", second.postgres().sql("postgres", "select 1"));
        }
    }

    @Test
    void rootIsNotLedByALinkOfPostgresToAFileOfItsOwn() throws IOException {
        try (Lab lab = Lab.open(LabOptions.bare())) {
            LabInstallation.install(lab.home(), LabOptions.bare());
            LabNode first = lab.node1();
            makeAnew(lab);
            Path hba = first.postgres().data().resolve("pg_hba.conf");
            Path secret = Files.move(hba, etc(first).resolve("secret"));
            Run.of(List.of("chown", "root:root", secret.toString())).orFail();
            Run.of(List.of("ln", "-s", inside(first).resolve("secret").toString(), hba.toString()))
                    .orFail();
            String before = Files.readString(secret);

            Run refused = setup(first, firstHour(lab, "--yes"));

            assertEquals(5, refused.code(), refused::toString);
            assertTrue(refused.err().contains("pg_hba.conf"), refused::toString);
            assertEquals(before, Files.readString(secret));
            assertEquals("root", Files.getOwner(secret).getName());
            try (Stream<Path> left = Files.list(etc(first))) {
                assertEquals(List.of(secret), left.toList());
            }
        }
    }

    private static List<String> from(LabNode node, String data, String last) {
        return List.of("--from", bundle(node), "--data", data, last);
    }

    /** A cluster that has nothing to do with the pair; where it lies. */
    private static String startUnrelated(LabNode node) {
        String data = node.mountPoint().resolve("unrelated").toString();
        List<String> initdb = List.of(
                Template.program("initdb"), "-D", data, "-U", "postgres", "-N", "-A", "trust");
        Run.within(PATIENCE, node.machine().postgres(initdb)).orFail();
        List<String> start = List.of(
                Template.program("pg_ctl"),
                "-D",
                data,
                "-o",
                "-p 5499 -k /tmp",
                "-l",
                data + ".log",
                "-w",
                "start");
        Run.within(PATIENCE, node.machine().postgres(start)).orFail();
        return data;
    }

    /** Instead of the lab's own clusters one a node as initdb leaves it, the first with a row in it, the other stopped. */
    private static void makeAnew(Lab lab) {
        for (LabNode node : List.of(lab.node2(), lab.node1())) {
            node.postgres().crash();
            Lab.await("it is gone", PATIENCE, () -> node.machine().processes().isEmpty());
            String trash =
                    "rm -rf " + node.postgres().data() + " " + node.disk().resolve("pgpass");
            Run.of(List.of("bash", "-c", trash + "; mkdir " + etc(node))).orFail();
            node.daemon().configure(Optional.of(inside(node).resolve("pgha.conf")));
        }
        for (LabNode node : List.of(lab.node2(), lab.node1())) {
            List<String> initdb = List.of(
                    Template.program("initdb"),
                    "-D",
                    node.mountPoint().resolve("data").toString(),
                    "-U",
                    "postgres",
                    "-N",
                    "--auth-local=trust",
                    "--auth-host=scram-sha-256");
            Run.within(PATIENCE, node.machine().postgres(initdb)).orFail();
        }
        LabNode first = lab.node1();
        first.postgres().start();
        first.postgres().sql("postgres", "create table kept as select 42 as row");
    }

    private static Path etc(LabNode node) {
        return node.disk().resolve("etc");
    }

    private static Path inside(LabNode node) {
        return node.mountPoint().resolve("etc");
    }

    private static String bundle(LabNode node) {
        return inside(node).resolve("node2.bundle").toString();
    }

    private static List<String> firstHour(Lab lab, String last) {
        String state = lab.node1().mountPoint().resolve("state").toString();
        return List.of(
                "--peer",
                lab.node2().address(),
                "--guard",
                "failcount",
                "--set",
                "state_directory = \"" + state + "\"",
                "--set",
                "failover_block = 0s",
                last);
    }

    private static Run setup(LabNode node, List<String> arguments) {
        List<String> all = new ArrayList<>(List.of("setup"));
        all.addAll(arguments);
        return node.daemon().runAsRoot(all);
    }

    /** The files that setup writes or changes, with their text. */
    private static Map<String, String> files(LabNode node) throws IOException {
        Map<String, String> files = new TreeMap<>();
        List<Path> all = new ArrayList<>();
        try (Stream<Path> written = Files.list(etc(node))) {
            written.forEach(all::add);
        }
        for (String name : List.of("pg_hba.conf", "postgresql.conf", "postgresql.auto.conf")) {
            all.add(node.postgres().data().resolve(name));
        }
        for (Path file : all) {
            if (Files.exists(file)) {
                files.put(file.toString(), Files.readString(file));
            }
        }
        return files;
    }

    /** A second run finds nothing to do, and does nothing. */
    private static void isDone(LabNode node, List<String> arguments) throws IOException {
        Map<String, String> before = files(node);
        Run again = setup(node, arguments);
        assertEquals(0, again.code(), again::toString);
        assertTrue(again.out().contains("Nothing is to be changed."), again::toString);
        assertEquals(before, files(node));
    }

    private static void hidesSecrets(LabNode node, Run told) throws IOException {
        List<String> secrets = new ArrayList<>();
        for (String line : Files.readAllLines(etc(node).resolve("pgpass"))) {
            secrets.add(line.substring(line.lastIndexOf(':') + 1));
        }
        assertEquals(2, secrets.size());
        String log = Files.readString(node.disk().resolve("log/postgresql.log"));
        for (String secret : secrets) {
            assertFalse(told.toString().contains(secret), "a password was shown");
            assertFalse(log.contains(secret), "a password was logged");
        }
        for (String name : List.of("pgpass", "pair.key", "node2.bundle")) {
            assertEquals(
                    "rw-------",
                    PosixFilePermissions.toString(
                            Files.getPosixFilePermissions(etc(node).resolve(name))),
                    name);
        }
    }

    private static void carryBundle(LabNode from, LabNode to) {
        String name = "node2.bundle";
        Run.of(List.of(
                        "mv",
                        etc(from).resolve(name).toString(),
                        etc(to).resolve(name).toString()))
                .orFail();
    }

    private static void startPair(Lab lab) {
        LabNode first = lab.node1();
        LabNode second = lab.node2();
        second.daemon().start();
        lab.expect("node2 answers", PATIENCE, second.daemon()::answers);
        first.daemon().start();
        lab.expect("node1 is primary", PATIENCE, () -> first.daemon().is("PRIMARY"));
        lab.expect("node1 is open", PATIENCE, () -> lab.isOpen(first));
        Run copied = second.daemon().run(List.of("initialize", "--as", "standby", "--yes"));
        assertEquals(0, copied.code(), () -> copied + lab.diagnosis());
        lab.expect("node2 follows", PATIENCE, second.daemon()::isSteady);
        lab.expect("node1 sees it", PATIENCE, first.daemon()::isSteady);
        for (LabNode node : List.of(first, second)) {
            lab.expect(
                    "pgha check of " + node.name() + " finds nothing",
                    PATIENCE,
                    () -> node.daemon().runAsRoot(List.of("check")).orFail().code() == 0);
        }
    }

    private static void failOver(Lab lab) {
        lab.node1().postgres().crash();
        lab.expect("node2 takes over", PATIENCE, lab.node2().postgres()::isPrimary);
        lab.expect("node2 is open", PATIENCE, () -> lab.isOpen(lab.node2()));
        assertEquals("42", lab.node2().postgres().sql("postgres", "select row from kept"));
    }
}
