package io.pgha.os;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The processes of this machine as /proc shows them. A process that ends meanwhile is absent, any other trouble is thrown. */
public final class ProcessTable {

    private final Path proc;

    public ProcessTable() {
        this.proc = Path.of("/proc");
    }

    /** The process of this number, alive or a zombie; empty when there is none. */
    public Optional<ProcessEntry> find(long pid) throws IOException {
        try {
            return Optional.of(parse(read(proc.resolve(pid + "/stat"))));
        } catch (IOException e) {
            return gone(pid, e);
        }
    }

    /** Every process that this program may see. */
    public List<ProcessEntry> all() throws IOException {
        List<ProcessEntry> entries = new ArrayList<>();
        try (DirectoryStream<Path> directory = Files.newDirectoryStream(proc, "[0-9]*")) {
            for (Path entry : directory) {
                find(Long.parseLong(entry.getFileName().toString())).ifPresent(entries::add);
            }
        }
        return List.copyOf(entries);
    }

    /** The command line as the process shows it now, arguments separated by blanks; empty for the dead. */
    public Optional<String> title(long pid) throws IOException {
        try {
            return Optional.of(
                    read(proc.resolve(pid + "/cmdline")).replace('\0', ' ').strip());
        } catch (IOException e) {
            return gone(pid, e);
        }
    }

    /**
     * True when the process's working directory is this directory, under whatever name.
     *
     * @throws IOException when that may not be looked at, though the process belongs to the directory's owner
     */
    public boolean isAtHome(long pid, Path directory) throws IOException {
        Path cwd = proc.resolve(pid + "/cwd");
        try {
            if (Files.exists(directory) && key(cwd).equals(key(directory))) {
                return true;
            }
            // A directory that was removed under a running server.
            return Files.readSymbolicLink(cwd)
                    .toString()
                    .equals(directory.toAbsolutePath() + " (deleted)");
        } catch (AccessDeniedException e) {
            if (isOfOwner(pid, directory)) {
                throw e;
            }
            return false;
        } catch (IOException e) {
            gone(pid, e);
            return false;
        }
    }

    private boolean isOfOwner(long pid, Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return false;
        }
        try {
            return Files.getOwner(proc.resolve(Long.toString(pid)))
                    .equals(Files.getOwner(directory));
        } catch (IOException e) {
            gone(pid, e);
            return false;
        }
    }

    private static String key(Path path) throws IOException {
        return String.valueOf(
                Files.readAttributes(path, BasicFileAttributes.class).fileKey());
    }

    private static String read(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    }

    /** Files of a process that ends fail in several ways; what counts is whether it is still there. */
    private <T> Optional<T> gone(long pid, IOException e) throws IOException {
        if (e instanceof NoSuchFileException || !Files.exists(proc.resolve(Long.toString(pid)))) {
            return Optional.empty();
        }
        try {
            if (parse(read(proc.resolve(pid + "/stat"))).isDead()) {
                return Optional.empty();
            }
        } catch (IOException again) {
            if (!Files.exists(proc.resolve(Long.toString(pid)))) {
                return Optional.empty();
            }
        }
        throw e;
    }

    private static ProcessEntry parse(String stat) {
        int open = stat.indexOf('(');
        int close = stat.lastIndexOf(')');
        // Field 3, the state, is the first after the name, which may itself hold anything.
        String[] fields = stat.substring(close + 2).strip().split(" ", -1);
        return new ProcessEntry(
                Long.parseLong(stat.substring(0, open).strip()),
                Long.parseLong(fields[1]),
                stat.substring(open + 1, close),
                fields[0].charAt(0),
                Long.parseLong(fields[19]),
                Long.parseLong(fields[11]) + Long.parseLong(fields[12]));
    }
}
