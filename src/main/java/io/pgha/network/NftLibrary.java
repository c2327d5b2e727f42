package io.pgha.network;

import io.pgha.os.KernelCalls;

import jnr.ffi.LibraryLoader;
import jnr.ffi.Pointer;

/**
 * libnftables in this process: no fork for a toggle, and the return code is the kernel's acknowledgement (libnftables(3)). One
 * buffer of commands is one transaction. Used by one thread; a call cannot be interrupted.
 *
 * <p>The library ends the process when it runs out of memory, as {@code nft} does.
 */
final class NftLibrary {

    private static final String FILE = "libnftables.so.1";

    /** The C functions of nftables/libnftables.h that are used. */
    public interface Functions {
        Pointer nft_ctx_new(int flags);

        void nft_ctx_free(Pointer context);

        int nft_ctx_buffer_output(Pointer context);

        int nft_ctx_buffer_error(Pointer context);

        int nft_run_cmd_from_buffer(Pointer context, String commands);

        String nft_ctx_get_output_buffer(Pointer context);

        String nft_ctx_get_error_buffer(Pointer context);
    }

    private final Functions functions;
    private final Pointer context;

    private NftLibrary(Functions functions, Pointer context) {
        this.functions = functions;
        this.context = context;
    }

    static NftLibrary load() throws GateException {
        try {
            Functions functions =
                    LibraryLoader.create(Functions.class).failImmediately().load(FILE);
            Pointer context = functions.nft_ctx_new(0);
            functions.nft_ctx_buffer_output(context);
            functions.nft_ctx_buffer_error(context);
            return new NftLibrary(functions, context);
        } catch (UnsatisfiedLinkError e) {
            throw new GateException(
                    "loading " + FILE + " failed: " + KernelCalls.firstLine(e)
                            + ". Install nftables (Debian: apt install nftables; RHEL: dnf install"
                            + " nftables), or set gate.backend = iptables",
                    e);
        }
    }

    /**
     * What came back.
     *
     * @param isOk the kernel took all of it; otherwise it took none of it
     * @param out what was listed, as nft(8) prints it
     * @param error the library's words, on one line
     */
    record Answer(boolean isOk, String out, String error) {}

    Answer run(String commands) {
        int code = functions.nft_run_cmd_from_buffer(context, commands);
        String out = functions.nft_ctx_get_output_buffer(context);
        String error = functions.nft_ctx_get_error_buffer(context);
        return new Answer(code == 0, out, error.strip().replaceAll("\\s*\\n\\s*", " | "));
    }

    /** To be called on the thread that ran commands, after the last. */
    void free() {
        functions.nft_ctx_free(context);
    }
}
