package io.pgha.daemon;

import io.pgha.config.Settings;

import java.util.List;

/** Where the peer's daemon is reached. */
final class PeerAddresses {

    private PeerAddresses() {}

    /** One for each link, in the form {@code host:port}. */
    static List<String> of(Settings settings) {
        return settings.peer().addresses().stream()
                .map(a -> a.contains(":") && !a.contains("::")
                        ? a
                        : bracketed(a) + ":" + settings.peer().linkPort())
                .toList();
    }

    private static String bracketed(String address) {
        return address.contains(":") ? "[" + address + "]" : address;
    }
}
