package io.pgha.os;

import jnr.ffi.LastError;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import jnr.ffi.annotations.In;
import jnr.ffi.annotations.Out;
import jnr.ffi.types.size_t;
import jnr.ffi.types.u_int32_t;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** The few calls into the C library that Java does not offer. Safe for threads: errno is kept per thread by jnr-ffi. */
final class Kernel {

    /** Their numbers are the same on every architecture (Linux, include/uapi/asm-generic/unistd.h). */
    private static final long PIDFD_SEND_SIGNAL = 424;

    private static final long PIDFD_OPEN = 434;

    private static final int EINTR = 4;
    private static final int ESRCH = 3;
    private static final int ENOSYS = 38;
    private static final short POLLIN = 1;

    private static final int EAGAIN = 11;
    private static final int ENOBUFS = 105;

    private static final int AF_UNIX = 1;
    private static final int AF_NETLINK = 16;
    private static final int SOL_SOCKET = 1;
    private static final int SO_SNDBUFFORCE = 32;
    private static final int SOCK_DGRAM = 2;
    private static final int SOCK_CLOEXEC = 0x80000;
    private static final int MSG_DONTWAIT = 0x40;
    private static final int MSG_NOSIGNAL = 0x4000;

    /** sun_path of unix(7). */
    private static final int LONGEST_ADDRESS = 108;

    private static final Library LIBRARY = LibraryLoader.create(Library.class).load("c");
    private static final Runtime RUNTIME = Runtime.getRuntime(LIBRARY);

    private Kernel() {}

    /** What jnr-ffi binds; public because it generates the implementation in another package. */
    public interface Library {
        long syscall(long number, long a, long b, long c, long d);

        int poll(Pointer descriptors, @u_int32_t long count, int timeoutMillis);

        int close(int descriptor);

        int kill(int pid, int signal);

        int socket(int domain, int type, int protocol);

        long sendto(
                int descriptor,
                byte[] message,
                @size_t long length,
                int flags,
                byte[] address,
                int addressLength);

        int setsockopt(int descriptor, int level, int option, @In byte[] value, int length);

        long send(int descriptor, @In byte[] message, @size_t long length, int flags);

        long recv(int descriptor, @Out byte[] into, @size_t long length, int flags);
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

    /**
     * One datagram to a unix socket, which Java cannot send. It never waits: a receiver whose queue is full gets nothing.
     *
     * @param address a path, or an abstract name with @ before it
     */
    static void sendDatagram(String address, byte[] message) throws IOException {
        byte[] name = address.getBytes(StandardCharsets.UTF_8);
        boolean isAbstract = address.startsWith("@");
        if (name.length < 2 || name.length >= LONGEST_ADDRESS) {
            throw new IOException("'" + address + "' is not the address of a unix socket");
        }
        ByteBuffer to = ByteBuffer.allocate(2 + name.length + (isAbstract ? 0 : 1))
                .order(ByteOrder.nativeOrder());
        to.putShort((short) AF_UNIX).put(name);
        if (isAbstract) {
            to.put(2, (byte) 0);
        }
        int descriptor = LIBRARY.socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        if (descriptor < 0) {
            throw failure("socket");
        }
        try {
            int flags = MSG_DONTWAIT | MSG_NOSIGNAL;
            if (LIBRARY.sendto(
                            descriptor, message, message.length, flags, to.array(), to.capacity())
                    < 0) {
                throw failure("sending to " + address);
            }
        } finally {
            LIBRARY.close(descriptor);
        }
    }

    /** A netlink(7) socket. */
    static int netlink(int protocol) throws IOException {
        int descriptor = LIBRARY.socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, protocol);
        if (descriptor < 0) {
            throw failure("a netlink socket");
        }
        return descriptor;
    }

    /** Lets messages of that many bytes be sent, beyond what everybody may; needs CAP_NET_ADMIN (socket(7)). */
    static void allowToSend(int descriptor, int bytes) throws IOException {
        byte[] value = ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.nativeOrder())
                .putInt(bytes)
                .array();
        if (LIBRARY.setsockopt(descriptor, SOL_SOCKET, SO_SNDBUFFORCE, value, value.length) < 0) {
            throw failure("a longer queue to the kernel");
        }
    }

    /** send(2) of one message. */
    static void send(int descriptor, byte[] message) throws IOException {
        if (LIBRARY.send(descriptor, message, message.length, 0) < 0) {
            throw failure("sending to the kernel");
        }
    }

    /** recv(2) of one message, which must be there; its length. */
    static int receive(int descriptor, byte[] into) throws IOException {
        long length = LIBRARY.recv(descriptor, into, into.length, MSG_DONTWAIT);
        if (length < 0) {
            throw failure("hearing from the kernel");
        }
        return (int) length;
    }

    /** Takes what waits, and forgets it. */
    static void drain(int descriptor) throws IOException {
        byte[] forgotten = new byte[8192];
        while (LIBRARY.recv(descriptor, forgotten, forgotten.length, MSG_DONTWAIT) >= 0
                || LastError.getLastError(RUNTIME) == ENOBUFS) {
            // Only its end matters.
        }
        if (LastError.getLastError(RUNTIME) != EAGAIN) {
            throw failure("hearing from the kernel");
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
