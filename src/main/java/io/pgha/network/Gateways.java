package io.pgha.network;

import io.pgha.os.Command;
import io.pgha.os.CommandFailed;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Third places that carry no state. One answer of any of them means: this node is not the isolated one. */
public final class Gateways {

    private final List<String> gateways;
    private final Duration timeout;
    private final ExecutorService threads;

    /**
     * A set of gateways, each {@code host:port} (a TCP connection, accepted or refused, is an answer) or {@code host} (ping).
     *
     * @param timeout of one look at all of them, which run side by side
     * @param threads runs them
     */
    public Gateways(List<String> gateways, Duration timeout, ExecutorService threads) {
        this.gateways = List.copyOf(gateways);
        this.timeout = timeout;
        this.threads = threads;
    }

    /** True when there is something to look at. */
    public boolean isConfigured() {
        return !gateways.isEmpty();
    }

    /** Looks at all of them; true as soon as all are in and any one answered. Waits at most the timeout. */
    public boolean anySeen() throws InterruptedException {
        List<Callable<Boolean>> looks = new ArrayList<>();
        for (String gateway : gateways) {
            looks.add(() -> isSeen(gateway));
        }
        if (looks.isEmpty()) {
            return false;
        }
        boolean seen = false;
        for (Future<Boolean> look :
                threads.invokeAll(looks, timeout.toMillis(), TimeUnit.MILLISECONDS)) {
            seen = seen || (!look.isCancelled() && answer(look));
        }
        return seen;
    }

    private static boolean answer(Future<Boolean> look) throws InterruptedException {
        try {
            return look.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    /** An answer is an answer, a refusal too: somebody beyond this host spoke. Anything else is silence. */
    private boolean isSeen(String gateway) {
        int colon = gateway.lastIndexOf(':');
        return colon > 0
                ? connects(
                        gateway.substring(0, colon), Integer.parseInt(gateway.substring(colon + 1)))
                : pings(gateway);
    }

    private boolean connects(String host, int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(host, port), (int) timeout.toMillis());
            return true;
        } catch (java.net.ConnectException e) {
            return String.valueOf(e.getMessage()).contains("refused");
        } catch (IOException e) {
            return false;
        }
    }

    private boolean pings(String host) {
        String seconds = Long.toString(Math.max(1, timeout.toSeconds()));
        try {
            return Command.of(List.of("ping", "-n", "-q", "-c", "1", "-W", seconds, host))
                    .run(timeout)
                    .isOk();
        } catch (CommandFailed e) {
            return false;
        }
    }
}
