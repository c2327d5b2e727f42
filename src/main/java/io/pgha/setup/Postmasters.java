package io.pgha.setup;

import io.pgha.os.ProcessEntry;
import io.pgha.os.ProcessTable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Finds the PostgreSQL servers that run on this machine, by their processes. */
final class Postmasters {

    private static final Set<String> NAMES = Set.of("postgres", "postmaster");
    private static final Path PROC = Path.of("/proc");
    private static final Pattern UNIT = Pattern.compile("/([^/]*postgres[^/]*)\\.service$");
    private static final int SHORTEST = 5;

    private Postmasters() {}

    /**
     * A server that runs.
     *
     * @param data its data directory
     * @param bin where its programs lie
     * @param unit its systemd unit; empty: it was started by hand, or by pgha
     * @param port its port
     * @param socketDirectory where its unix socket lies
     */
    record Postmaster(Path data, Path bin, Optional<String> unit, int port, Path socketDirectory) {}

    /**
     * The one there is; empty when none runs.
     *
     * @param wanted its data directory, where a person named one
     */
    static Optional<Postmaster> find(Optional<Path> wanted) throws SetupRefused {
        List<Postmaster> all = new ArrayList<>();
        try {
            for (ProcessEntry process : new ProcessTable().all()) {
                if (NAMES.contains(process.name()) && !process.isDead()) {
                    look(process.pid()).ifPresent(all::add);
                }
            }
            if (wanted.isPresent()) {
                Path asked = wanted.get().toAbsolutePath().normalize();
                Path named = Files.exists(asked) ? asked.toRealPath() : asked;
                all.removeIf(p -> !p.data().equals(named));
            }
        } catch (IOException e) {
            throw SetupRefused.trouble("the servers of this machine could not be looked for: " + e
                    + ". Type it as root: sudo pgha setup");
        }
        if (all.size() > 1) {
            throw SetupRefused.input("several PostgreSQL servers run here; say which one: "
                    + all.stream()
                            .map(p -> "--data " + p.data())
                            .collect(Collectors.joining(" or ")));
        }
        return all.stream().findFirst();
    }

    /** A process whose working directory says, in postmaster.pid, that it is the postmaster there. */
    private static Optional<Postmaster> look(long pid) throws IOException {
        Path process = PROC.resolve(Long.toString(pid));
        try {
            Path data = Files.readSymbolicLink(process.resolve("cwd"));
            List<String> lines = Files.readAllLines(data.resolve("postmaster.pid"));
            if (lines.size() < SHORTEST || !lines.get(0).strip().equals(Long.toString(pid))) {
                return Optional.empty();
            }
            String program = Files.readSymbolicLink(process.resolve("exe")).toString();
            Path bin = Path.of(program.replace(" (deleted)", "")).resolveSibling("");
            String socket = lines.get(4).split(",", -1)[0].strip();
            return Optional.of(new Postmaster(
                    data.toRealPath(),
                    bin,
                    unit(process),
                    Integer.parseInt(lines.get(3).strip()),
                    Path.of(socket.isEmpty() ? "/tmp" : socket)));
        } catch (IOException e) {
            // Somebody else's, or gone meanwhile: none that could be set up from here.
            return Optional.empty();
        }
    }

    private static Optional<String> unit(Path process) throws IOException {
        if (!Files.isDirectory(Path.of("/run/systemd/system"))) {
            return Optional.empty();
        }
        for (String line : Files.readAllLines(process.resolve("cgroup"))) {
            Matcher unit = UNIT.matcher(line);
            if (unit.find()) {
                return Optional.of(String.valueOf(unit.group(1)));
            }
        }
        return Optional.empty();
    }
}
