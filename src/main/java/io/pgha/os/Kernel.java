package io.pgha.os;

import jnr.ffi.LastError;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import jnr.ffi.types.u_int32_t;

import java.io.IOException;

/** The few calls into the C library that Java does not offer. Safe for threads: errno is kept per thread by jnr-ffi. */
final class Kernel {

    /** Their numbers are the same on every architecture (Linux, include/uapi/asm-generic/unistd.h). */
    private static final long PIDFD_SEND_SIGNAL = 424;

    private static final long PIDFD_OPEN = 434;

    private static final int EINTR = 4;
    private static final int ESRCH = 3;
    private static final int ENOSYS = 38;
    private static final short POLLIN = 1;

    private static final Library LIBRARY = LibraryLoader.create(Library.class).load("c");
    private static final Runtime RUNTIME = Runtime.getRuntime(LIBRARY);

    private Kernel() {}

    /** What jnr-ffi binds; public because it generates the implementation in another package. */
    public interface Library {
        long syscall(long number, long a, long b, long c, long d);

        int poll(Pointer descriptors, @u_int32_t long count, int timeoutMillis);

        int close(int descriptor);

        int kill(int pid, int signal);
    }

    /**
     * pidfd_open(2).
     *
     * @throws NoSuchProcess when there is no process of this number
     */
    static int pidfdOpen(long pid) throws IOException {
        long descriptor = LIBRARY.syscall(PIDFD_OPEN, pid, 0, 0, 0);
        if (descriptor < 0) {
            throw failure("pidfd_open of process " + pid);
        }
        return (int) descriptor;
    }

    /** pidfd_send_signal(2). */
    static void pidfdSendSignal(int descriptor, int signal, long pid) throws IOException {
        if (LIBRARY.syscall(PIDFD_SEND_SIGNAL, descriptor, signal, 0, 0) < 0) {
            throw failure("signal " + signal + " to process " + pid);
        }
    }

    /** poll(2) for input on one descriptor; false when the time is over first, or a signal came. */
    static boolean pollIn(int descriptor, int timeoutMillis) throws IOException {
        Pointer entry = Memory.allocateDirect(RUNTIME, 8, true);
        entry.putInt(0, descriptor);
        entry.putShort(4, POLLIN);
        int ready = LIBRARY.poll(entry, 1, timeoutMillis);
        if (ready < 0 && LastError.getLastError(RUNTIME) != EINTR) {
            throw failure("poll");
        }
        return ready > 0;
    }

    /** kill(2) of the process group that {@code leader} leads; nothing when there is none, or it may not be reached. */
    static void killGroup(long leader) {
        if (leader > 1) {
            LIBRARY.kill((int) -leader, Signal.KILL.number());
        }
    }

    static void close(int descriptor) {
        LIBRARY.close(descriptor);
    }

    private static IOException failure(String what) {
        int errno = LastError.getLastError(RUNTIME);
        if (errno == ESRCH) {
            return new NoSuchProcess(what + ": it does not exist");
        }
        return new IOException(what + " failed with error number " + errno
                + (errno == ENOSYS ? "; Linux 5.3 or newer is needed" : ""));
    }

    /** ESRCH. */
    static final class NoSuchProcess extends IOException {
        NoSuchProcess(String message) {
            super(message);
        }
    }
}
