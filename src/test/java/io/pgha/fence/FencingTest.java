package io.pgha.fence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** Small agents of this test's own: what each way of answering is worth. */
class FencingTest {

    private static final Duration BUDGET = Duration.ofSeconds(30);

    @TempDir
    private Path home = Path.of("");

    private String owner = "";

    @BeforeEach
    void whoAmI() throws IOException {
        owner = DeviceFile.owner(home);
    }

    /** An agent that notes each action with its arguments, then does as the lines of a shell case say. */
    private Path device(String name, String cases) throws IOException {
        Path agent = home.resolve(name + "-agent");
        Files.writeString(agent, """
                #!/bin/bash
                input=$(cat)
                action=${input##*action=}
                echo "$action $# $(tr '\\n' ' ' <<<"$input")" >>%1$s/%2$s-log
                case "$action" in
                %3$s
                esac
                exit 1
                """.formatted(home, name, cases));
        Files.setPosixFilePermissions(agent, PosixFilePermissions.fromString("rwx------"));
        return file(name, "agent=" + agent + "\n# the board\nip=192.0.2.9\npassword=s3cret\n");
    }

    private Path file(String name, String text) throws IOException {
        Path file = Files.writeString(home.resolve(name), text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        return file;
    }

    private List<String> asked(String name) throws IOException {
        Path log = home.resolve(name + "-log");
        return Files.exists(log)
                ? Files.readAllLines(log).stream().map(l -> l.split(" ", 2)[0]).toList()
                : List.of();
    }

    private Fencing levels(Path... devices) {
        return Fencing.of(Stream.of(devices).map(List::of).toList(), home);
    }

    @Test
    void offIsBelievedOnlyWhenStatusSaysTwo() throws Exception {
        Fencing.Result result =
                levels(device("a", "off) exit 0 ;;\nstatus) exit 2 ;;")).off(BUDGET);

        assertTrue(result.off(), result.words());
        assertEquals(1, result.level());
        assertEquals(List.of("off", "status"), asked("a"));
    }

    @Test
    void anOffThatFailsIsFollowedByStatusSinceItMayBeOffAlready() throws Exception {
        assertTrue(levels(device("a", "status) exit 2 ;;")).off(BUDGET).off());
        assertEquals(List.of("off", "status"), asked("a"));
    }

    @Test
    void unreachableIsNotOff() throws Exception {
        Fencing.Result result = levels(device("a", "")).off(Duration.ofSeconds(2));

        assertFalse(result.off());
        assertTrue(result.words().contains("off: exit 1; status: exit 1"), result.words());
    }

    @Test
    void anOrderThatWasTakenIsAskedAfterUntilItIsCarriedOut() throws Exception {
        String later = "off) exit 0 ;;\n" + "status) [ $(grep -c ^status " + home
                + "/a-log) -ge 3 ] && exit 2; exit 0 ;;";

        assertTrue(levels(device("a", later)).off(BUDGET).off());
        assertEquals(List.of("off", "status", "status", "status"), asked("a"));
    }

    @Test
    void theNextLevelFollowsOneThatFails() throws Exception {
        Path broken = device("a", "");
        Path works = device("b", "off) exit 0 ;;\nstatus) exit 2 ;;");

        Fencing.Result result = levels(broken, works).off(BUDGET);

        assertTrue(result.off(), result.words());
        assertEquals(2, result.level());
        assertEquals(works.toString(), result.device());
    }

    @Test
    void allDevicesOfALevelMustSucceed() throws Exception {
        Path works = device("a", "off) exit 0 ;;\nstatus) exit 2 ;;");
        Path on = device("b", "status) exit 0 ;;");

        Fencing.Result result =
                Fencing.of(List.of(List.of(works, on)), home).off(Duration.ofSeconds(2));

        assertFalse(result.off());
        assertTrue(result.words().contains("status: exit 0 (on)"), result.words());
    }

    @Test
    void anAgentThatHangsIsKilledWithItsChildrenAndLeavesTimeForTheNextLevel() throws Exception {
        Path hangs = device("a", "*) (sleep 986; touch " + home + "/late) & wait ;;");
        Path works = device("b", "off) exit 0 ;;\nstatus) exit 2 ;;");

        Fencing.Result result = levels(hangs, works).off(Duration.ofSeconds(6));

        assertTrue(result.off(), result.words());
        assertTrue(result.took().toMillis() < 6000, () -> "took " + result.took());
        assertTrue(result.words().contains("did not end within"), result.words());
        assertTrue(
                ProcessHandle.allProcesses()
                        .map(p -> p.info().commandLine().orElse(""))
                        .noneMatch(line -> line.contains("sleep 986")),
                "a child outlived its agent");
    }

    @Test
    void aRoundThatFailedIsRepeatedWhileThereIsTime() throws Exception {
        String second = "status) [ $(grep -c ^off " + home + "/a-log) -ge 2 ] && exit 2; exit 1 ;;";

        assertTrue(levels(device("a", second)).off(BUDGET).off());
        assertEquals(List.of("off", "status", "off", "status"), asked("a"));
    }

    @Test
    void anInterruptEndsItAtOnce() throws Exception {
        Fencing fencing = levels(device("a", "*) sleep 985 ;;"));
        Thread.currentThread().interrupt();

        assertThrows(InterruptedException.class, () -> fencing.off(BUDGET));
    }

    @Test
    void secretsGoToStandardInputAndNowhereElse() throws Exception {
        Path tells = device("a", "*) echo \"bad login s3cret at 192.0.2.9\" >&2; exit 1 ;;");

        Fencing.Look look = levels(tells).monitor(BUDGET).get(0);

        assertEquals("failed", look.answer());
        assertTrue(look.words().contains("bad login *** at 192.0.2.9"), look.words());
        assertEquals(
                List.of("monitor 0 ip=192.0.2.9 password=s3cret action=monitor "),
                Files.readAllLines(home.resolve("a-log")));
    }

    @Test
    void statusSaysOnOffOrFailed() throws Exception {
        assertEquals("on", answer("status) exit 0 ;;"));
        assertEquals("off", answer("status) exit 2 ;;"));
        assertEquals("failed", answer("status) exit 1 ;;"));
    }

    private String answer(String cases) throws IOException {
        return levels(device("a", cases)).status(BUDGET).get(0).answer();
    }

    @Test
    void aFileThatOthersCanReadIsRefused() throws Exception {
        Path file = device("a", "");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));

        assertRefused("chmod 600", file);
    }

    @Test
    void aFileOfSomebodyElseIsRefused() throws Exception {
        Path file = device("a", "");
        DeviceRefused refused =
                assertThrows(DeviceRefused.class, () -> DeviceFile.read(file, "nobody"));

        assertEquals("chown nobody " + file, refused.remedy());
    }

    @Test
    void whatIsNoDeviceIsRefusedWithItsRemedy() throws Exception {
        assertRefused("does not exist", home.resolve("missing"));
        assertRefused("names no agent", file("f", "ip=192.0.2.9\n"));
        assertRefused("names an agent again", file("f", "agent=/bin/true\nagent=/bin/true\n"));
        assertRefused(":2 is not key=value", file("f", "agent=/bin/true\nhunter2\n"));
        assertRefused("sets action", file("f", "agent=/bin/true\naction=off\n"));
        assertRefused("no such program", file("f", "agent=fence_nothing\n"));
        assertRefused("no such program", file("f", "agent=../../bin/sh\n"));
        assertRefused("switches nothing off", file("f", "agent=fence_heuristics_ping\n"));
        assertRefused("bytes", file("f", "agent=/bin/true\n#" + "x".repeat(5000)));
    }

    private void assertRefused(String words, Path file) {
        DeviceRefused refused =
                assertThrows(DeviceRefused.class, () -> DeviceFile.read(file, owner));
        String all = String.valueOf(refused.getMessage());

        assertTrue(all.contains(words), all);
        assertFalse(all.contains("hunter2"), all);
    }
}
