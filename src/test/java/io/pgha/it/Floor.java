package io.pgha.it;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The floor: what a failover costs in this bed when nothing has to be found out. A script that knows everything kills
 * node 1's PostgreSQL, promotes node 2 at once and opens its gate as soon as it is read-write. Measured beside pgha, so
 * that its numbers can be given as ratios whatever the machine is doing.
 */
final class Floor {

    private static final String CLOSED = """
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

    private static final Duration SOON = Duration.ofSeconds(20);

    private Floor() {}

    /** Milliseconds without an acknowledged write, through the traffic manager, for each of {@code runs} runs. */
    static List<Long> measure(int runs) {
        List<Long> gaps = new ArrayList<>();
        for (int run = 0; run < runs; run++) {
            gaps.add(once());
        }
        return gaps;
    }

    /** The median of some runs. */
    static long median(List<Long> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }

    private static long once() {
        try (Lab lab = Lab.open(LabOptions.bare())) {
            LabNode standby = lab.node2();
            Run.fed(CLOSED, SOON, standby.machine().root(List.of("nft", "-f", "-")))
                    .orFail();
            lab.trafficManager();
            Recorder recorder = lab.record();
            String bin = Template.bin().toString();
            String data = standby.mountPoint().resolve("data").toString();
            List<String> script = List.of("bash", "-c", TAKE_OVER, "take-over", bin, data);
            Process waiting = new ProcessBuilder(standby.machine().daemon(script)).start();
            BufferedReader said = waiting.inputReader(StandardCharsets.UTF_8);
            lab.expect("the script is ready", SOON, said::ready);

            long crash = lab.node1().postgres().crash();
            waiting.getOutputStream().write('\n');
            waiting.getOutputStream().flush();
            recorder.awaitWrites(standby);

            return recorder.stop().longestGap(crash, Long.MAX_VALUE).millis();
        } catch (IOException e) {
            throw new IllegalStateException("the floor's script did not start", e);
        }
    }

    /** Prints the floor of this machine: five runs. */
    public static void main(String[] args) {
        List<Long> gaps = measure(5);
        System.out.println("FLOOR crash_ms=" + median(gaps) + " runs=" + gaps);
        System.exit(0);
    }
}
