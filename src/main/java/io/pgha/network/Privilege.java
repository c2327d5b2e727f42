package io.pgha.network;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the kernel lets this process do, for error messages; see capabilities(7). */
public final class Privilege {

    private static final int NET_ADMIN = 12;
    private static final int NET_RAW = 13;

    private Privilege() {}

    /** CAP_NET_ADMIN: may this process see and change a firewall? True also when that cannot be found out. */
    public static boolean isNetAdmin() {
        return has(NET_ADMIN);
    }

    static boolean isNetRaw() {
        return has(NET_RAW);
    }

    private static boolean has(int capability) {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
                if (line.startsWith("CapEff:")) {
                    long all = Long.parseUnsignedLong(
                            line.substring("CapEff:".length()).strip(), 16);
                    return (all >> capability & 1) == 1;
                }
            }
        } catch (IOException | NumberFormatException e) {
            // Not knowing must not add a wrong hint to a message.
            return true;
        }
        return true;
    }

    /** A sentence to end an error message with: what to type next. */
    static String hint(String otherwise) {
        return isNetAdmin()
                ? otherwise
                : "This process lacks CAP_NET_ADMIN: run the daemon by its systemd unit"
                        + " (AmbientCapabilities=CAP_NET_ADMIN CAP_NET_RAW), or by setpriv with"
                        + " --inh-caps and --ambient-caps=+net_admin,+net_raw";
    }
}
