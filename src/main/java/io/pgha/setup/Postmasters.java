package io.pgha.setup;

import io.pgha.os.ProcessEntry;
import io.pgha.os.ProcessTable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
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
    private static final Pattern PORT = Pattern.compile("\\d{1,5}");
    private static final String LOCK_FILE = "postmaster.pid";
    private static final int SHORTEST = 5;
    private static final ProcessTable TABLE = new ProcessTable();

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
     * What runs.
     *
     * @param meant the one that is meant; empty: none runs there
     * @param others the data directories of the rest
     */
    record Seen(Optional<Postmaster> meant, List<Path> others) {}

    /**
     * All there are. Without a name there is one at most, and that one is meant.
     *
     * @param wanted its data directory, where a person named one
     * @throws SetupRefused when several run and none is named, or when it cannot be known whether the one that is meant runs
     */
    static Seen find(Optional<Path> wanted) throws SetupRefused {
        List<Postmaster> all = new ArrayList<>();
        List<String> unknown = new ArrayList<>();
        Optional<Postmaster> meant = Optional.empty();
        try {
            for (ProcessEntry process : TABLE.all()) {
                if (NAMES.contains(process.name()) && !process.isDead()) {
                    look(process.pid(), unknown).ifPresent(all::add);
                }
            }
            if (wanted.isPresent()) {
                Path named = Running.real(wanted.get());
                meant = all.stream().filter(p -> p.data().equals(named)).findFirst();
            }
        } catch (IOException e) {
            throw SetupRefused.trouble("the servers of this machine could not be looked for: " + e
                    + ". Type it as root: sudo pgha setup");
        }
        if (meant.isEmpty() && !unknown.isEmpty()) {
            throw SetupRefused.unsafe("which PostgreSQL servers run here is not known: "
                    + String.join("; ", unknown) + ". Type the same again when a start is over, as"
                    + " root: sudo pgha setup; or name the server that is meant: --data DIRECTORY");
        }
        if (wanted.isEmpty() && all.size() > 1) {
            throw SetupRefused.input("several PostgreSQL servers run here; say which one: "
                    + all.stream()
                            .map(p -> "--data " + p.data())
                            .collect(Collectors.joining(" or ")));
        }
        if (wanted.isEmpty()) {
            meant = all.stream().findFirst();
        }
        all.removeAll(meant.stream().toList());
        return new Seen(meant, all.stream().map(Postmaster::data).toList());
    }

    /**
     * A process whose working directory says, in postmaster.pid, that it is the postmaster there.
     *
     * @param unknown takes why this cannot be said of it
     */
    private static Optional<Postmaster> look(long pid, List<String> unknown) throws IOException {
        Path process = PROC.resolve(Long.toString(pid));
        Path data = process.resolve("cwd");
        try {
            data = Files.readSymbolicLink(data);
            List<String> lines = Files.readAllLines(data.resolve(LOCK_FILE));
            if (!lines.isEmpty() && !lines.get(0).strip().equals(Long.toString(pid))) {
                return Optional.empty();
            }
            if (lines.size() < SHORTEST || !PORT.matcher(lines.get(3).strip()).matches()) {
                unknown.add("process " + pid + " is starting in " + data + ", its " + LOCK_FILE
                        + " is not whole yet");
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
        } catch (NoSuchFileException e) {
            // Gone meanwhile, or no postmaster: a backend that was left alone, or one of another
            // machine's files.
            return Optional.empty();
        } catch (IOException e) {
            if (TABLE.find(pid).filter(p -> !p.isDead()).isPresent()) {
                unknown.add("process " + pid + " cannot be looked at in " + data + ": " + e);
            }
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
