package io.pgha.setup;

import io.pgha.setup.Postmasters.Seen;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The PostgreSQL servers of this machine, and which of them setup is about.
 *
 * @param server that one; empty: none runs where a person named a directory, or none at all
 * @param named the data directory that a person named
 * @param others where the rest of them lie
 */
public record Running(Optional<Server> server, Optional<Path> named, List<Path> others) {

    public Running {
        others = List.copyOf(others);
    }

    /**
     * Finds them and asks the one. Changes nothing.
     *
     * @param named the data directory of the one that is meant, where a person named it
     * @throws SetupRefused when several run and none is named, or when it cannot be known what runs
     */
    public static Running look(Optional<Path> named) throws SetupRefused {
        Seen seen = Postmasters.find(named);
        Optional<Server> server = seen.meant().isPresent()
                ? Optional.of(Server.ask(seen.meant().get()))
                : Optional.empty();
        return new Running(server, named, seen.others());
    }

    /**
     * The server that is meant, where setup cannot do without one.
     *
     * @throws SetupRefused when it does not run
     */
    public Server require() throws SetupRefused {
        if (server.isPresent()) {
            return server.get();
        }
        if (!others.isEmpty()) {
            throw noneThere(". Name the one that is meant");
        }
        throw SetupRefused.input(
                "no PostgreSQL of this user's runs here, and setup looks at the primary while it"
                        + " runs. Start it; or on the standby-to-be: pgha setup --from FILE; or type it as root");
    }

    /**
     * Returns when "none runs where a person named a directory" is about this node's place: of another directory it says nothing.
     *
     * @param place where this node's database lies or will lie
     */
    void requireAbout(Path place) throws SetupRefused {
        if (server.isEmpty() && !others.isEmpty() && !isNamed(place)) {
            throw noneThere(", and this node's place is " + place + ". Type --data " + place
                    + " if no server of the pair's runs here yet, else name that server");
        }
    }

    private SetupRefused noneThere(String what) {
        return SetupRefused.input("no server runs in "
                + named.map(Path::toString).orElse("a directory that was named")
                + ", but here: "
                + others.stream().map(o -> "--data " + o).collect(Collectors.joining(", "))
                + what);
    }

    private boolean isNamed(Path place) throws SetupRefused {
        try {
            return named.isPresent() && real(named.get()).equals(real(place));
        } catch (IOException e) {
            throw SetupRefused.trouble("whether --data " + named.orElse(place) + " is " + place
                    + " cannot be seen: " + e + ". Type it as root: sudo pgha setup");
        }
    }

    /** Behind links, where it is there. */
    static Path real(Path path) throws IOException {
        Path full = path.toAbsolutePath().normalize();
        return Files.notExists(full) ? full : full.toRealPath();
    }
}
