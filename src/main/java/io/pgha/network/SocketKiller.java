package io.pgha.network;

import io.pgha.os.Command;
import io.pgha.os.CommandFailed;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Ends the server's side of client connections: an idle client notices a closed gate only by this, and a backend whose
 * client is gone ends its transaction. Uses {@code ss -K} (ss(8), needs CONFIG_INET_DIAG_DESTROY and CAP_NET_ADMIN), whose
 * exit code says nothing, so the sockets are listed again.
 */
public final class SocketKiller {

    private final GateRules rules;
    private final Duration deadline;

    /** Kills on the gate's ports, sparing whom the gate spares. */
    public SocketKiller(GateRules rules, Duration deadline) {
        this.rules = rules;
        this.deadline = deadline;
    }

    /**
     * Ends them all.
     *
     * @return how many are left
     * @throws CommandFailed when ss cannot be run
     */
    public int killAll() throws CommandFailed {
        run(List.of("ss", "-H", "-n", "-t", "-K"));
        return run(List.of("ss", "-H", "-n", "-t")).out().isBlank()
                ? 0
                : (int) run(List.of("ss", "-H", "-n", "-t")).out().lines().count();
    }

    private Command.Result run(List<String> program) throws CommandFailed {
        List<String> argv = new ArrayList<>(program);
        argv.add("state");
        argv.add("connected");
        argv.add("exclude");
        argv.add("time-wait");
        argv.add(filter());
        return Command.of(argv).runOk(deadline);
    }

    /** The filter language of ss(8): ours are the gate's ports, without loopback and the exempt. */
    private String filter() {
        StringBuilder text = new StringBuilder("( ");
        for (int i = 0; i < rules.ports().size(); i++) {
            text.append(i == 0 ? "" : " or ")
                    .append("sport = :")
                    .append(rules.ports().get(i));
        }
        text.append(" ) and not dst 127.0.0.0/8 and not dst [::1]");
        for (InetAddress address : rules.exempt()) {
            String host = address.getHostAddress();
            text.append(" and not dst ").append(host.contains(":") ? "[" + host + "]" : host);
        }
        return text.toString();
    }
}
