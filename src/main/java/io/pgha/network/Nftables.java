package io.pgha.network;

import jnr.ffi.LibraryLoader;
import jnr.ffi.Pointer;

/**
 * libnftables in this process: a command is acknowledged by the kernel when {@link #run} returns, without a fork. The
 * interface is the one of libnftables(3), stable since 0.8. Not thread-safe: one context, one thread.
 */
final class Nftables {

    /** The C functions, by their own names. */
    @SuppressWarnings({"MethodName", "checkstyle:MethodName"})
    public interface Library {
        Pointer nft_ctx_new(int flags);

        void nft_ctx_free(Pointer context);

        int nft_ctx_buffer_output(Pointer context);

        int nft_ctx_buffer_error(Pointer context);

        String nft_ctx_get_output_buffer(Pointer context);

        String nft_ctx_get_error_buffer(Pointer context);

        int nft_run_cmd_from_buffer(Pointer context, String commands);
    }

    private final Library library;
    private final Pointer context;

    /**
     * Loads the library.
     *
     * @throws GateException when it is not installed
     */
    Nftables() throws GateException {
        try {
            library =
                    LibraryLoader.create(Library.class).failImmediately().load("libnftables.so.1");
        } catch (UnsatisfiedLinkError e) {
            throw new GateException("libnftables.so.1 could not be loaded (" + e.getMessage()
                    + "): install nftables, or set gate.backend = iptables");
        }
        context = library.nft_ctx_new(0);
        library.nft_ctx_buffer_output(context);
        library.nft_ctx_buffer_error(context);
    }

    /**
     * Runs commands as one transaction: all of them took effect, or none.
     *
     * @return what they printed
     * @throws GateException with the kernel's words
     */
    String run(String commands) throws GateException {
        int code = library.nft_run_cmd_from_buffer(context, commands);
        String out = library.nft_ctx_get_output_buffer(context);
        String err = library.nft_ctx_get_error_buffer(context);
        if (code != 0) {
            String words = err.strip().lines().findFirst().orElse("no reason given");
            String next = words.contains("not permitted")
                    ? ": the daemon needs CAP_NET_ADMIN (AmbientCapabilities in its unit)"
                    : "";
            throw new GateException("nft '" + commands.lines().findFirst().orElse("") + "' failed: "
                    + words + next);
        }
        return out;
    }

    void free() {
        library.nft_ctx_free(context);
    }
}
