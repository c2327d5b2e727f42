package io.pgha.os;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/** A name server for a test: it answers, hangs, or knows nothing. */
public final class NameServer implements AutoCloseable {

    private final Map<String, List<InetAddress>> names = new ConcurrentHashMap<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile boolean hanging;

    /** A book that asks it. */
    public AddressBook book() {
        return new AddressBook(this::lookUp);
    }

    /** The name has these addresses from now on; without any it is unknown. */
    public void names(String name, String... addresses) throws UnknownHostException {
        List<InetAddress> all = new ArrayList<>();
        for (String address : addresses) {
            all.add(InetAddress.getByName(address));
        }
        names.put(name, all);
    }

    /** Nobody gets an answer any more. */
    public void hangs() {
        hanging = true;
    }

    private List<InetAddress> lookUp(String name) throws UnknownHostException {
        try {
            if (hanging) {
                closed.await();
            }
        } catch (InterruptedException e) {
            throw new UnknownHostException(name + ": interrupted");
        }
        List<InetAddress> all = names.getOrDefault(name, List.of());
        if (all.isEmpty()) {
            throw new UnknownHostException(name);
        }
        return all;
    }

    @Override
    public void close() {
        closed.countDown();
    }
}
