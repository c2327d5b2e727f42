package io.pgha.postgres;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

/**
 * Names to addresses within a deadline. The resolver of the C library may hang for minutes, so it is asked on a thread of its
 * own, at most one a name; a name that was good once goes on working while the name server does not. Safe for threads.
 */
final class AddressBook {

    private static final int MOST_ADDRESSES = 4;
    private static final Pattern IPV4 = Pattern.compile("\\d+(\\.\\d+){3}");

    private final Map<String, CompletableFuture<List<InetAddress>>> asked =
            new ConcurrentHashMap<>();
    private final Map<String, InetAddress> lastGood = new ConcurrentHashMap<>();

    /**
     * The addresses of a name, the one that last worked first; never empty.
     *
     * @throws UnknownHostException when the name does not resolve in time and never worked before
     */
    List<InetAddress> resolve(String host, Deadline deadline) throws UnknownHostException {
        if (isLiteral(host)) {
            return List.of(InetAddress.getByName(host));
        }
        Optional<InetAddress> good = Optional.ofNullable(lastGood.get(host));
        // With an address in hand a slow name server may cost a quarter of the time, no more.
        long patience = deadline.remaining().toNanos() / (good.isPresent() ? 4 : 1);
        try {
            return ordered(ask(host).get(patience, TimeUnit.NANOSECONDS), good);
        } catch (ExecutionException | TimeoutException e) {
            if (good.isPresent()) {
                return List.of(good.get());
            }
            throw new UnknownHostException(
                    host + (e instanceof TimeoutException ? ": no answer from the resolver" : ""));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnknownHostException(host + ": interrupted");
        }
    }

    /** This address led to a server. */
    void worked(String host, InetAddress address) {
        lastGood.put(host, address);
    }

    private CompletableFuture<List<InetAddress>> ask(String host) {
        return asked.computeIfAbsent(host, name -> {
            CompletableFuture<List<InetAddress>> answer = new CompletableFuture<>();
            Thread thread = new Thread(
                    () -> {
                        try {
                            answer.complete(List.of(InetAddress.getAllByName(name)));
                        } catch (UnknownHostException | RuntimeException e) {
                            answer.completeExceptionally(e);
                        } finally {
                            asked.remove(name, answer);
                        }
                    },
                    "resolve " + name);
            thread.setDaemon(true);
            thread.start();
            return answer;
        });
    }

    private static List<InetAddress> ordered(List<InetAddress> all, Optional<InetAddress> good) {
        List<InetAddress> ordered = new ArrayList<>(all);
        good.filter(ordered::remove).ifPresent(address -> ordered.add(0, address));
        return List.copyOf(ordered.subList(0, Math.min(MOST_ADDRESSES, ordered.size())));
    }

    private static boolean isLiteral(String host) {
        return host.indexOf(':') >= 0 || IPV4.matcher(host).matches();
    }
}
