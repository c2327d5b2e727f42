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
            throw new IOException(
                    "the library by which the kernel is called could not be unpacked and loaded: "
                            + reason(e)
                            + ". Look whether that place is full, not writable or mounted"
                            + " noexec (findmnt), or name another:"
                            + " JAVA_TOOL_OPTIONS=-Djffi.extract.dir=DIRECTORY",
                    e);
        }
    }

    /** The last of the causes names the place. */
    private static String reason(Throwable error) {
        Throwable last = error;
        while (last.getCause() != null) {
            last = last.getCause();
        }
        return firstLine(last);
    }

    /** What a loader of libraries says first; every directory that it has looked into follows, or a stack trace. */
    public static String firstLine(Throwable error) {
        return String.valueOf(error.getMessage()).lines().findFirst().orElse("no reason given");
    }
}
