package io.pgha.it;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * The floor: what a change of roles costs in this bed when nothing has to be found out. Scripts that know everything act at
 * once, with all they need in their hands. Measured beside pgha, so that its numbers can be given as ratios whatever the
 * machine is doing.
 *
 * @param crash node 1's PostgreSQL is killed; node 2 is promoted at once and opened as soon as it is read-write
 * @param planned node 1 is closed and stopped cleanly, which sends the rest to the standby; then as above
 */
record Floor(Spread crash, Spread planned) {

    private static final String GATE = """
            table inet floor {
                set open { type inet_service; }
                chain input {
                    type filter hook input priority 0;
                    tcp dport 5432 ip saddr 10.77.9.0/24 tcp dport != @open reject with tcp reset
                }
            }
            """;

    /** Waits for a line with everything ready in its hands: a session, the next command. */
    private static final String TAKE_OVER = """
            coproc SQL { "$1/psql" -XqAt -h /run/postgresql -U postgres; }
            echo 'select pg_is_in_recovery();' >&${SQL[1]}
            read -r answer <&${SQL[0]}
            echo ready
            read -r _ || exit
            "$1/pg_ctl" -D "$2" -W promote >/dev/null
            until [ "$answer" = f ]; do
                sleep 0.002
                echo 'select pg_is_in_recovery();' >&${SQL[1]}
                read -r answer <&${SQL[0]}
            done
            nft add element inet floor open '{ 5432 }'
            echo done
            """;

    /** A clean stop takes the file of its number away last. */
    private static final String STEP_DOWN = """
            echo ready
            read -r _ || exit
            nft delete element inet floor open '{ 5432 }'
            "$1/pg_ctl" -D "$2" -m fast -W stop >/dev/null
            while [ -e "$2/postmaster.pid" ]; do sleep 0.002; done
            echo done
            """;

    private static final Duration SOON = Duration.ofSeconds(20);

    /** A script that waits for its word. */
    private record Ready(Process process, BufferedReader said) {

        static Ready of(Lab lab, LabNode node, String script) throws IOException {
            String data = node.mountPoint().resolve("data").toString();
            List<String> command =
                    List.of("bash", "-c", script, "floor", Template.bin().toString(), data);
            Process waiting = new ProcessBuilder(node.machine().daemon(command)).start();
            BufferedReader said = waiting.inputReader(StandardCharsets.UTF_8);
            lab.expect("the script is ready", SOON, said::ready);
            said.readLine();
            return new Ready(waiting, said);
        }

        void go() throws IOException {
            process.getOutputStream().write('\n');
            process.getOutputStream().flush();
        }

        void awaitEnd() throws IOException {
            said.readLine();
        }
    }

    /** The longest time without an acknowledged write, through the traffic manager, in {@code runs} runs of each. */
    static Floor measure(int runs) {
        return new Floor(spread(runs, Floor::onceCrashed), spread(runs, Floor::oncePlanned));
    }

    /** What a fault is compared with. */
    Spread under(Fault fault) {
        return fault.isPlanned() ? planned : crash;
    }

    Figures figures() {
        return Figures.of("FLOOR")
                .with("crash_ms", crash.median())
                .with("planned_ms", planned.median())
                .with("runs", crash.runs());
    }

    private static Spread spread(int runs, LongSupplier once) {
        List<Long> gaps = new ArrayList<>();
        for (int run = 0; run < runs; run++) {
            gaps.add(once.getAsLong());
        }
        return new Spread(gaps);
    }

    private static long onceCrashed() {
        try (Lab lab = Lab.open(LabOptions.bare())) {
            gate(lab.node2());
            lab.trafficManager();
            Recorder recorder = lab.record();
            Ready heir = Ready.of(lab, lab.node2(), TAKE_OVER);

            long from = lab.node1().postgres().crash();
            heir.go();
            recorder.awaitWrites(lab.node2());

            return recorder.stop().longestGap(from, Long.MAX_VALUE).millis();
        } catch (IOException e) {
            throw new UncheckedIOException("the floor's script did not start", e);
        }
    }

    private static long oncePlanned() {
        try (Lab lab = Lab.open(LabOptions.bare())) {
            gate(lab.node1());
            gate(lab.node2());
            Run.of(lab.node1()
                            .machine()
                            .root(List.of("nft", "add element inet floor open { 5432 }")))
                    .orFail();
            lab.trafficManager();
            Recorder recorder = lab.record();
            Ready primary = Ready.of(lab, lab.node1(), STEP_DOWN);
            Ready heir = Ready.of(lab, lab.node2(), TAKE_OVER);

            lab.node1().postgres().sql("postgres", "checkpoint");
            long from = System.nanoTime();
            primary.go();
            primary.awaitEnd();
            heir.go();
            recorder.awaitWrites(lab.node2());

            return recorder.stop().longestGap(from, Long.MAX_VALUE).millis();
        } catch (IOException e) {
            throw new UncheckedIOException("the floor's script did not start", e);
        }
    }

    private static void gate(LabNode node) {
        Run.fed(GATE, SOON, node.machine().root(List.of("nft", "-f", "-"))).orFail();
    }
}
