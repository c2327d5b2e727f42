package io.pgha.os;

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
public final class AddressBook {

    private static final int MOST_ADDRESSES = 4;
    private static final Pattern IPV4 = Pattern.compile("\\d+(\\.\\d+){3}");

    private final Resolver resolver;
    private final Map<String, CompletableFuture<List<InetAddress>>> asked =
            new ConcurrentHashMap<>();
    private final Map<String, InetAddress> lastGood = new ConcurrentHashMap<>();
    private final Map<String, List<InetAddress>> lastKnown = new ConcurrentHashMap<>();

    /** Where names are looked up. */
    public interface Resolver {

        /**
         * All addresses of a name; may hang. Called on a thread of its own.
         *
         * @throws UnknownHostException when it has none, or nobody can tell
         */
        List<InetAddress> lookUp(String host) throws UnknownHostException;
    }

    /** Asks this host's resolver. */
    public AddressBook() {
        this(host -> List.of(InetAddress.getAllByName(host)));
    }

    /** Asks that one. */
    public AddressBook(Resolver resolver) {
        this.resolver = resolver;
    }

    /**
     * The addresses of a name, the one that last worked first; that one alone while the name does not resolve. Never empty,
     * and few. An address is its own.
     *
     * @param deadline by which whoever asks must be done; with an address in hand a slow resolver costs a quarter of it
     * @throws UnknownHostException when the name does not resolve in time and never worked before
     */
    public List<InetAddress> resolve(String host, Deadline deadline) throws UnknownHostException {
        return resolve(
                host,
                deadline,
                Optional.ofNullable(lastGood.get(host)).map(List::of).orElse(List.of()));
    }

    /**
     * As {@link #resolve}, but while the name does not resolve, all addresses that it had last, whether one of them ever worked
     * or not. For those who prove by a key that they speak to the right one.
     *
     * @throws UnknownHostException when the name does not resolve in time and never did
     */
    public List<InetAddress> resolveOrRecall(String host, Deadline deadline)
            throws UnknownHostException {
        List<InetAddress> known = lastKnown.getOrDefault(host, List.of());
        return resolve(host, deadline, known.isEmpty() ? known : ordered(host, known));
    }

    private List<InetAddress> resolve(String host, Deadline deadline, List<InetAddress> inHand)
            throws UnknownHostException {
        if (isLiteral(host)) {
            return List.of(InetAddress.getByName(host));
        }
        long patience = deadline.remaining().toNanos() / (inHand.isEmpty() ? 1 : 4);
        try {
            return ordered(host, ask(host).get(patience, TimeUnit.NANOSECONDS));
        } catch (ExecutionException | TimeoutException e) {
            if (!inHand.isEmpty()) {
                return inHand;
            }
            throw new UnknownHostException(
                    host + (e instanceof TimeoutException ? ": no answer from the resolver" : ""));
        } catch (OutOfMemoryError e) {
            // No memory, or no thread, for the question.
            if (!inHand.isEmpty()) {
                return inHand;
            }
            throw new UnknownHostException(host + ": " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnknownHostException(host + ": interrupted");
        }
    }

    /** This address led to a server. */
    public void worked(String host, InetAddress address) {
        lastGood.put(host, address);
    }

    private CompletableFuture<List<InetAddress>> ask(String host) {
        return asked.computeIfAbsent(host, name -> {
            CompletableFuture<List<InetAddress>> answer = new CompletableFuture<>();
            Thread thread = new Thread(
                    () -> {
                        // Forgotten before it is told, so that whoever asks next asks anew.
                        try {
                            List<InetAddress> found = List.copyOf(resolver.lookUp(name));
                            lastKnown.put(name, found);
                            asked.remove(name, answer);
                            answer.complete(found);
                        } catch (UnknownHostException | RuntimeException | Error e) {
                            asked.remove(name, answer);
                            answer.completeExceptionally(e);
                        }
                    },
                    "resolve " + name);
            thread.setDaemon(true);
            thread.start();
            return answer;
        });
    }

    private List<InetAddress> ordered(String host, List<InetAddress> all) {
        List<InetAddress> ordered = new ArrayList<>(all);
        Optional.ofNullable(lastGood.get(host))
                .filter(ordered::remove)
                .ifPresent(address -> ordered.add(0, address));
        return List.copyOf(ordered.subList(0, Math.min(MOST_ADDRESSES, ordered.size())));
    }

    /** An address, for which nobody has to be asked. */
    public static boolean isLiteral(String host) {
        return host.indexOf(':') >= 0 || IPV4.matcher(host).matches();
    }
}
