package io.pgha.peer;

import io.pgha.config.Settings.LinkSettings;
import io.pgha.model.LinkView;
import io.pgha.model.MonoTime;
import io.pgha.model.NodeId;
import io.pgha.model.PeerMessage;
import io.pgha.model.PeerView;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One end of a peer link as a process, so that it can be frozen, killed and measured. Prints a line whenever something
 * changes: {@code elapsed-ms up-links heard-age-ms contact-age-ms peer's-count trouble}; -1 stands for never. Ends with
 * its standard input.
 */
public final class LinkMain {

    private LinkMain() {}

    /** Arguments: key file, self, peer, listen, port, heartbeat ms, deadline ms, "quiet" or "talk", peer addresses. */
    public static void main(String[] args) throws Exception {
        PairKey pair = PairKey.read(Path.of(args[0]), new NodeId(args[1]), new NodeId(args[2]));
        int port = Integer.parseInt(args[4]);
        LinkSettings settings = new LinkSettings(pair.file(), List.of(args[3]), port);
        long heartbeat = Long.parseLong(args[5]);
        LinkPace pace = new LinkPace(
                Duration.ofMillis(heartbeat), Duration.ofMillis(Long.parseLong(args[6])));
        boolean talk = args[7].equals("talk");
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        AtomicLong count = new AtomicLong();
        String incarnation = "p" + ProcessHandle.current().pid();
        MonoTime start = now();
        try (PeerLink link = new PeerLink(
                settings,
                pair,
                Arrays.asList(args).subList(8, args.length),
                pace,
                () -> Messages.of(
                        pair.self(), incarnation, PeerMessage.PROTOCOL, count.incrementAndGet()),
                LinkMain::now,
                view -> print(out, start, view, talk))) {
            link.start();
            int end = 0;
            while (end >= 0) {
                end = System.in.read();
            }
        }
    }

    private static void print(PrintStream out, MonoTime start, PeerView view, boolean talk) {
        MonoTime now = now();
        if (talk) {
            out.println(now.since(start).toMillis()
                    + " "
                    + view.links().stream().filter(LinkView::up).count()
                    + " "
                    + age(view.heardAt(), now)
                    + " "
                    + age(view.contactAt(), now)
                    + " "
                    + view.last().map(PeerMessage::wallClockMillis).orElse(-1L)
                    + " "
                    + view.trouble());
        }
    }

    private static long age(Optional<MonoTime> moment, MonoTime now) {
        return moment.map(then -> now.since(then).toMillis()).orElse(-1L);
    }

    private static MonoTime now() {
        return new MonoTime(System.nanoTime());
    }
}
