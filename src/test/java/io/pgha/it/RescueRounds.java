package io.pgha.it;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** So many crashes of a primary whose standby stood still: {@code RescueRounds COUNT MEGABYTES}; prints what each cost. */
final class RescueRounds {

    private static final Pattern RESCUED = Pattern.compile("(rescued|lost) (\\d+) bytes");

    private RescueRounds() {}

    public static void main(String[] arguments) {
        int rounds = Integer.parseInt(arguments[0]);
        int megabytes = Integer.parseInt(arguments[1]);
        int lost = 0;
        for (int round = 1; round <= rounds; round++) {
            lost = lost + round(round, megabytes);
        }
        System.out.println("ROUNDS count=" + rounds + " lost=" + lost);
    }

    private static int round(int number, int megabytes) {
        try (Lab lab = Lab.open(LabOptions.shipped())) {
            lab.trafficManager();
            Recorder recorder = lab.record();
            if (megabytes > 0) {
                RescueIT.fallBehind(lab, megabytes);
                recorder.awaitWrites(lab.node1());
            }
            long crash = lab.node1().postgres().crash();
            recorder.awaitWrites(lab.node2());
            Recording recording = recorder.stop();
            int lost = recording.lost(lab.node2()).size();
            Matcher rescued = RESCUED.matcher(lab.node2().daemon().logged());
            System.out.println("round " + number + ": gap "
                    + recording.longestGap(crash, Long.MAX_VALUE).millis() + " ms, "
                    + (rescued.find() ? rescued.group() : "nothing missing") + ", lost rows "
                    + lost + ", two primaries " + recording.twoPrimariesMillis() + " ms");
            lab.node1()
                    .daemon()
                    .logged()
                    .lines()
                    .filter(l -> l.contains("gate is CLOSED"))
                    .skip(1)
                    .forEach(System.out::println);
            lab.node2()
                    .daemon()
                    .logged()
                    .lines()
                    .filter(l -> l.contains("failover ") || l.contains("gate is OPEN"))
                    .forEach(System.out::println);
            return lost;
        }
    }
}
