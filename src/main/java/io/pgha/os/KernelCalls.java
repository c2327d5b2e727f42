package io.pgha.os;

import java.io.IOException;

/** Whether calls of the kernel and of C libraries can be made at all: what makes them unpacks a library first. */
public final class KernelCalls {

    private KernelCalls() {}

    /**
     * Makes one. Said before anything else needs another, since each would name what it needed it for.
     *
     * @throws IOException with the place at which the library could not be put, and how to name another
     */
    public static void require() throws IOException {
        try {
            Kernel.close(-1);
        } catch (LinkageError e) {
            String place =
                    System.getProperty("jffi.extract.dir", System.getProperty("java.io.tmpdir"));
            throw new IOException(
                    "the library by which the kernel is called (of jffi) could not be put into "
                            + place
                            + " and loaded from there. Look whether it is full, mounted noexec or not"
                            + " writable (findmnt --target " + place
                            + "), or name another: JAVA_TOOL_OPTIONS=-Djffi.extract.dir=DIRECTORY",
                    e);
        }
    }
}
