package io.pgha.network;

import io.pgha.model.MonoTime;
import io.pgha.model.Probed;
import io.pgha.os.AddressBook;
import io.pgha.os.Command;
import io.pgha.os.CommandFailed;
import io.pgha.os.Deadline;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Third places that carry no state. One answer of any of them means: this node is not the isolated one.
 *
 * <p>A gateway is {@code host:port}, {@code [v6]:port} (a TCP connection, accepted or refused, is an answer) or {@code host}
 * (ping(8), which needs CAP_NET_RAW or a group in net.ipv4.ping_group_range). One that answered by its name is asked at that address
 * while the name does not resolve. Thread-safe.
 */
public final class Gateways {

    private final List<String> gateways;
    private final Duration timeout;
    private final ExecutorService threads;
    private final AddressBook names;

    /**
     * Looks at nothing yet.
     *
     * @param timeout of one look at all of them, which run side by side; a name that does not resolve in time costs no more
     * @param threads runs them, one for each gateway
     */
    public Gateways(List<String> gateways, Duration timeout, ExecutorService threads) {
        this(gateways, timeout, threads, new AddressBook());
    }

    /** The same, with names looked up there. */
    Gateways(List<String> gateways, Duration timeout, ExecutorService threads, AddressBook names) {
        this.gateways = List.copyOf(gateways);
        this.timeout = timeout;
        this.threads = threads;
        this.names = names;
    }

    /** True when there is something to look at. */
    public boolean isConfigured() {
        return !gateways.isEmpty();
    }

    /** Looks at all of them; true as soon as all are in and any one answered. Waits at most the timeout. */
    public boolean anySeen() throws InterruptedException {
        return look(() -> new MonoTime(System.nanoTime())).stream().anyMatch(GatewayView::isSeen);
    }

    /**
     * Looks at all of them side by side, and waits at most the timeout.
     *
     * @param clock tells when an answer came
     * @return one for each gateway, in their order
     */
    public List<GatewayView> look(Supplier<MonoTime> clock) throws InterruptedException {
        MonoTime begun = clock.get();
        List<Callable<Probed<Duration>>> looks = new ArrayList<>();
        for (String gateway : gateways) {
            looks.add(() -> probe(gateway, clock, begun));
        }
        List<GatewayView> views = new ArrayList<>();
        List<Future<Probed<Duration>>> results =
                threads.invokeAll(looks, timeout.toMillis(), TimeUnit.MILLISECONDS);
        for (int i = 0; i < results.size(); i++) {
            views.add(new GatewayView(gateways.get(i), outcome(results.get(i), begun)));
        }
        return views;
    }

    private Probed<Duration> outcome(Future<Probed<Duration>> look, MonoTime begun)
            throws InterruptedException {
        try {
            return look.get();
        } catch (CancellationException e) {
            return new Probed.Silent<>("no answer within " + timeout.toMillis() + " ms", begun);
        } catch (ExecutionException e) {
            return new Probed.Silent<>(String.valueOf(e.getCause()), begun);
        }
    }

    /** At each of its addresses in turn, until one answers. */
    private Probed<Duration> probe(String gateway, Supplier<MonoTime> clock, MonoTime begun) {
        Deadline deadline = Deadline.in(timeout);
        String host = hostOf(gateway);
        Optional<Integer> port = portOf(gateway);
        Probed<Duration> last = new Probed.Silent<>("its name does not resolve", begun);
        try {
            List<InetAddress> addresses = names.resolve(host, deadline);
            for (int i = 0; i < addresses.size() && !deadline.hasPassed(); i++) {
                InetAddress address = addresses.get(i);
                Duration share = deadline.remaining().dividedBy(addresses.size() - i);
                last = port.isPresent()
                        ? connect(new InetSocketAddress(address, port.get()), share, clock, begun)
                        : ping(address, share, clock, begun);
                if (!(last instanceof Probed.Silent)) {
                    names.worked(host, address);
                    return last;
                }
            }
            return last;
        } catch (UnknownHostException e) {
            return last;
        }
    }

    private Probed<Duration> connect(
            InetSocketAddress to, Duration limit, Supplier<MonoTime> clock, MonoTime begun) {
        try (Socket socket = new Socket()) {
            // 0 would be "for ever".
            socket.connect(to, (int) Math.max(1, limit.toMillis()));
            return answered(clock, begun);
        } catch (SocketTimeoutException e) {
            return new Probed.Silent<>("no answer within " + limit.toMillis() + " ms", begun);
        } catch (ConnectException e) {
            String words = String.valueOf(e.getMessage());
            // A refusal is a packet from there; "no route to host" is this host's own word.
            return words.contains("refused")
                    ? new Probed.Refused<>(
                            "it refuses connections to port " + to.getPort(), clock.get())
                    : new Probed.Silent<>(words, begun);
        } catch (IOException e) {
            return new Probed.Silent<>(String.valueOf(e.getMessage()), begun);
        }
    }

    private Probed<Duration> ping(
            InetAddress address, Duration limit, Supplier<MonoTime> clock, MonoTime begun) {
        String seconds = Long.toString(Math.max(1, limit.toSeconds()));
        Command command = Command.of(
                List.of("ping", "-n", "-q", "-c", "1", "-W", seconds, address.getHostAddress()));
        try {
            Command.Result result = command.run(limit);
            // ping(8): 1 is "no answer"; anything else is that it could not ask.
            return switch (result.exitCode()) {
                case 0 -> answered(clock, begun);
                case 1 -> new Probed.Silent<>("no answer to ping", begun);
                default ->
                    new Probed.Silent<>(
                            command.words() + " exited " + result.exitCode() + ": "
                                    + result.lastWords() + rights(),
                            begun);
            };
        } catch (CommandFailed e) {
            return new Probed.Silent<>(
                    e.words() + ". Without ping, configure the gateway as host:port", begun);
        }
    }

    private static String rights() {
        return Privilege.isNetRaw() ? "" : ". This process lacks CAP_NET_RAW";
    }

    private static Probed<Duration> answered(Supplier<MonoTime> clock, MonoTime begun) {
        MonoTime now = clock.get();
        return new Probed.Answered<>(now.since(begun), now);
    }

    /** A gateway with more than one colon is an IPv6 address, unless brackets set its port apart. */
    private static Optional<Integer> portOf(String gateway) {
        int colon = gateway.lastIndexOf(':');
        boolean hasPort =
                colon > 0 && (gateway.indexOf(':') == colon || gateway.charAt(colon - 1) == ']');
        return hasPort
                ? Optional.of(Integer.parseInt(gateway.substring(colon + 1)))
                : Optional.empty();
    }

    private static String hostOf(String gateway) {
        String host = portOf(gateway).isPresent()
                ? gateway.substring(0, gateway.lastIndexOf(':'))
                : gateway;
        return host.startsWith("[") && host.endsWith("]")
                ? host.substring(1, host.length() - 1)
                : host;
    }

    /**
     * Whether a gateway lies on a network that this host is plugged into: then it proves nothing about the way to clients, since
     * a cut beyond the switch leaves both nodes their gateway.
     *
     * @param gateway as configured
     * @return the interface and network, "eth0 10.0.0.0/24"; empty when it lies beyond
     * @throws IOException when the name does not resolve, or interfaces cannot be listed; resolving may take as long as the
     *     system's resolver waits
     */
    public static Optional<String> onOwnSubnet(String gateway) throws IOException {
        InetAddress address = InetAddress.getByName(hostOf(gateway));
        for (NetworkInterface device : NetworkInterface.networkInterfaces().toList()) {
            for (InterfaceAddress own : device.getInterfaceAddresses()) {
                if (covers(own, address)) {
                    return Optional.of(device.getName() + " "
                            + GateRules.withoutScope(own.getAddress())
                            + "/" + own.getNetworkPrefixLength());
                }
            }
        }
        return Optional.empty();
    }

    private static boolean covers(InterfaceAddress own, InetAddress address) {
        byte[] net = own.getAddress().getAddress();
        byte[] other = address.getAddress();
        if (net.length != other.length) {
            return false;
        }
        for (int bit = 0; bit < own.getNetworkPrefixLength(); bit++) {
            int mask = 0x80 >> bit % 8;
            if ((net[bit / 8] & mask) != (other[bit / 8] & mask)) {
                return false;
            }
        }
        return true;
    }
}
