package io.pgha.config;

import java.net.InetAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** This machine's addresses, as its network interfaces have them when this is made. */
final class MachineLocality implements Locality {

    /** A name server that does not answer must not hold up a command for longer. */
    private static final Duration LOOKUP = Duration.ofSeconds(2);

    private final List<InterfaceAddress> own;

    private MachineLocality(List<InterfaceAddress> own) {
        this.own = own;
    }

    /** Looks at the interfaces. When the system refuses that, no address is this machine's and --node must say it. */
    static MachineLocality look() {
        try {
            return new MachineLocality(NetworkInterface.networkInterfaces()
                    .flatMap(i -> i.getInterfaceAddresses().stream())
                    .toList());
        } catch (SocketException e) {
            return new MachineLocality(List.of());
        }
    }

    @Override
    public Where where(String host) {
        Optional<InetAddress> literal = Hosts.address(host);
        if (literal.isPresent()) {
            return isOwn(literal.get()) ? Where.HERE : Where.ELSEWHERE;
        }
        return resolve(host)
                .map(addresses ->
                        addresses.stream().anyMatch(this::isOwn) ? Where.HERE : Where.ELSEWHERE)
                .orElse(Where.UNRESOLVED);
    }

    private boolean isOwn(InetAddress address) {
        return address.isLoopbackAddress()
                || own.stream().anyMatch(o -> same(o.getAddress(), address));
    }

    /** Equal but for an IPv6 scope, which the file cannot know. */
    private static boolean same(InetAddress a, InetAddress b) {
        return Arrays.equals(a.getAddress(), b.getAddress());
    }

    /** Looks a name up. The lookup cannot be ended, so a thread is left to it that does not keep the program alive. */
    private static Optional<List<InetAddress>> resolve(String host) {
        FutureTask<List<InetAddress>> task =
                new FutureTask<>(() -> List.of(InetAddress.getAllByName(host)));
        Thread thread = new Thread(task, "lookup of " + host);
        thread.setDaemon(true);
        thread.start();
        try {
            return Optional.of(task.get(LOOKUP.toMillis(), TimeUnit.MILLISECONDS));
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownHostException) {
                return Optional.empty();
            }
            throw new IllegalStateException("looking up " + host, e);
        } catch (TimeoutException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    @Override
    public Optional<String> networkOf(InetAddress address, InetAddress place) {
        return own.stream()
                .filter(o -> same(o.getAddress(), address))
                .filter(o -> contains(o, place))
                .findFirst()
                .map(o -> o.getAddress().getHostAddress() + "/" + o.getNetworkPrefixLength());
    }

    private static boolean contains(InterfaceAddress network, InetAddress place) {
        byte[] a = network.getAddress().getAddress();
        byte[] b = place.getAddress();
        int bits = network.getNetworkPrefixLength();
        if (a.length != b.length || bits <= 0) {
            return false;
        }
        for (int bit = 0; bit < bits; bit++) {
            int mask = 0x80 >> (bit % 8);
            if ((a[bit / 8] & mask) != (b[bit / 8] & mask)) {
                return false;
            }
        }
        return true;
    }
}
