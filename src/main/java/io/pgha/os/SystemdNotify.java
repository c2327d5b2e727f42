package io.pgha.os;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What this process tells systemd about itself (sd_notify(3)): one datagram a call, which never waits. Where nobody started
 * this process as a unit of type notify, nothing is sent.
 *
 * @param socket where to; empty: to nobody
 * @param watchdog systemd restarts this process when it is silent for this long; empty: it does not watch
 * @param trouble is told why a datagram was not sent
 */
public record SystemdNotify(
        Optional<String> socket, Optional<Duration> watchdog, Consumer<String> trouble) {

    /** What systemd puts into the environment of this process for itself alone: no child inherits them. */
    static final Set<String> VARIABLES = Set.of("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID");

    /** As systemd said when it started this process. */
    public static SystemdNotify ofThisProcess(Consumer<String> trouble) {
        return of(System.getenv(), ProcessHandle.current().pid(), trouble);
    }

    static SystemdNotify of(Map<String, String> environment, long pid, Consumer<String> trouble) {
        String watched = environment.getOrDefault("WATCHDOG_PID", Long.toString(pid));
        Optional<Duration> watchdog = Optional.ofNullable(environment.get("WATCHDOG_USEC"))
                .filter(micros -> micros.matches("[1-9][0-9]{0,15}"))
                .filter(micros -> watched.equals(Long.toString(pid)))
                .map(micros -> Duration.ofNanos(Long.parseLong(micros) * 1000));
        return new SystemdNotify(
                Optional.ofNullable(environment.get("NOTIFY_SOCKET"))
                        .filter(name -> !name.isEmpty()),
                watchdog,
                trouble);
    }

    /** Sends one line, such as {@code READY=1}. */
    public void send(String line) {
        if (socket.isEmpty()) {
            return;
        }
        try {
            Kernel.sendDatagram(socket.get(), line.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            trouble.accept("systemd was not told " + line + ": " + e.getMessage());
        }
    }
}
