package io.pgha.http;

import jdk.net.ExtendedSocketOptions;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.util.Optional;

/** Who speaks on a unix domain socket, by the kernel's word, and whether that user may change anything. */
final class Callers {

    /**
     * One caller.
     *
     * @param name user name, or number when it has none
     * @param mayChange it is root or the daemon's own user
     */
    record Caller(String name, boolean mayChange) {}

    private final UserPrincipal owner;
    private final Optional<UserPrincipal> root;

    private Callers(UserPrincipal owner, Optional<UserPrincipal> root) {
        this.owner = owner;
        this.root = root;
    }

    /** The daemon's own user is the one that owns the file it has just made. */
    static Callers ownerOf(Path socket) throws IOException {
        Optional<UserPrincipal> root;
        try {
            root = Optional.of(FileSystems.getDefault()
                    .getUserPrincipalLookupService()
                    .lookupPrincipalByName("root"));
        } catch (IOException e) {
            // A system without that name: then only the daemon's own user may change things.
            root = Optional.empty();
        }
        return new Callers(Files.getOwner(socket), root);
    }

    Caller of(SocketChannel channel) throws IOException {
        UserPrincipal user =
                channel.getOption(ExtendedSocketOptions.SO_PEERCRED).user();
        return new Caller(
                user.getName(), user.equals(owner) || root.map(user::equals).orElse(false));
    }

    String ownerName() {
        return owner.getName();
    }
}
