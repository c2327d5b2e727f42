package io.pgha.os;

import jnr.ffi.LibraryLoader;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import jnr.ffi.annotations.Out;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** The service manager's end: a bound unix datagram socket. */
public final class DatagramSocket implements AutoCloseable {

    private static final int AF_UNIX = 1;
    private static final int SOCK_DGRAM = 2;
    private static final short POLLIN = 1;

    /** What jnr-ffi binds. */
    public interface Library {
        int socket(int domain, int type, int protocol);

        int bind(int descriptor, byte[] address, int length);

        long recv(int descriptor, @Out byte[] into, long length, int flags);

        int poll(Pointer descriptors, long count, int timeoutMillis);

        int close(int descriptor);
    }

    private static final Library LIBRARY = LibraryLoader.create(Library.class).load("c");

    private final int descriptor;

    /** @param address a path, or an abstract name with @ before it, as in NOTIFY_SOCKET */
    public DatagramSocket(String address) throws IOException {
        byte[] name = address.getBytes(StandardCharsets.UTF_8);
        if (name[0] == '@') {
            name[0] = 0;
        }
        byte[] bound = ByteBuffer.allocate(2 + name.length)
                .order(ByteOrder.nativeOrder())
                .putShort((short) AF_UNIX)
                .put(name)
                .array();
        descriptor = LIBRARY.socket(AF_UNIX, SOCK_DGRAM, 0);
        if (LIBRARY.bind(descriptor, bound, bound.length) != 0) {
            throw new IOException("cannot bind " + address);
        }
    }

    /** The next datagram; fails when none comes within 5 s. */
    public String receive() throws IOException {
        Pointer entry = Memory.allocateDirect(Runtime.getRuntime(LIBRARY), 8, true);
        entry.putInt(0, descriptor);
        entry.putShort(4, POLLIN);
        if (LIBRARY.poll(entry, 1, 5_000) != 1) {
            throw new IOException("no datagram came");
        }
        byte[] into = new byte[4096];
        int length = (int) LIBRARY.recv(descriptor, into, into.length, 0);
        return new String(into, 0, length, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        LIBRARY.close(descriptor);
    }
}
