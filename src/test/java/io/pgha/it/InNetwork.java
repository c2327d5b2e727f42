package io.pgha.it;

import jnr.ffi.LibraryLoader;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A thread of this JVM that lives in the network of a machine (setns(2)). A socket belongs to the network of the thread that
 * made it and may then be used by any other.
 */
final class InNetwork implements AutoCloseable {

    private static final int CLONE_NEWNET = 0x40000000;
    private static final int O_RDONLY = 0;

    /** The C functions, by their own names. */
    public interface Library {
        int open(String path, int flags);

        int setns(int descriptor, int kind);

        int close(int descriptor);
    }

    private final ExecutorService thread = Executors.newSingleThreadExecutor(body -> {
        Thread made = new Thread(body, "in another network");
        made.setDaemon(true);
        return made;
    });

    private InNetwork() {}

    static InNetwork of(Machine machine) {
        InNetwork network = new InNetwork();
        network.call(() -> {
            Library c = LibraryLoader.create(Library.class).load("c");
            int descriptor = c.open("/proc/" + machine.pid() + "/ns/net", O_RDONLY);
            if (descriptor < 0 || c.setns(descriptor, CLONE_NEWNET) != 0) {
                throw new IllegalStateException("no way into the network of " + machine.name());
            }
            return c.close(descriptor);
        });
        return network;
    }

    <T> T call(Callable<T> work) {
        try {
            return thread.submit(work).get(10, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (TimeoutException e) {
            throw new IllegalStateException("no end within 10 s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
