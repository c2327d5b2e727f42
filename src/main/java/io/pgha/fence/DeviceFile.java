package io.pgha.fence;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A device's file: the line {@code agent=fence_ipmilan}, and that agent's own {@code key=value} lines. It may hold passwords,
 * so nobody but its owner may read it, and its owner is who runs the agent. Read anew each time, so that a password can be
 * changed in place.
 */
final class DeviceFile {

    /** Far above what a device needs, far below what a pipe holds without a reader. */
    private static final int MOST_BYTES = 4096;

    private static final List<Path> PROGRAMS = List.of(Path.of("/usr/sbin"), Path.of("/usr/bin"));

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.-]+");
    private static final Pattern LINE = Pattern.compile("([A-Za-z][A-Za-z0-9_-]*)\\s*=\\s*(.*)");

    /** pgha says itself what is to be done. */
    private static final Set<String> OURS = Set.of("action", "option");

    private static final Set<PosixFilePermission> OTHERS = EnumSet.of(
            PosixFilePermission.GROUP_READ,
            PosixFilePermission.GROUP_WRITE,
            PosixFilePermission.OTHERS_READ,
            PosixFilePermission.OTHERS_WRITE);

    private DeviceFile() {}

    /**
     * Reads it; short and local, so without a deadline.
     *
     * @param owner whose it must be
     */
    static Device read(Path file, String owner) throws DeviceRefused {
        List<String> lines;
        try {
            guard(file, owner);
            lines = Files.readAllLines(file, UTF_8);
        } catch (NoSuchFileException e) {
            throw new DeviceRefused(
                    "fence device " + file + " does not exist",
                    "write agent=fence_... and the agent's options into it, then chmod 600");
        } catch (IOException e) {
            throw new DeviceRefused(
                    "fence device " + file + " cannot be read by this user (" + e + ")",
                    "run as " + owner + " or root, or chown " + owner + " " + file);
        }
        List<Device.Setting> options = new ArrayList<>();
        Optional<String> agent = Optional.empty();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            Device.Setting setting = setting(file, i + 1, line);
            if (!setting.key().equals("agent")) {
                options.add(setting);
            } else if (agent.isPresent()) {
                throw new DeviceRefused(
                        file + ":" + (i + 1) + " names an agent again", "leave one agent= line");
            } else {
                agent = Optional.of(setting.value());
            }
        }
        return new Device(file, program(file, agent), options);
    }

    private static void guard(Path file, String owner) throws IOException, DeviceRefused {
        PosixFileAttributes is = Files.readAttributes(file, PosixFileAttributes.class);
        if (!is.isRegularFile()) {
            throw new DeviceRefused("fence device " + file + " is no file", "name a file");
        }
        if (is.permissions().stream().anyMatch(OTHERS::contains)) {
            throw new DeviceRefused(
                    "fence device " + file + " can be reached by others than its owner",
                    "chmod 600 " + file);
        }
        if (!is.owner().getName().equals(owner)) {
            throw new DeviceRefused(
                    "fence device " + file + " belongs to " + is.owner().getName()
                            + ", and the daemon runs as " + owner,
                    "chown " + owner + " " + file);
        }
        if (is.size() > MOST_BYTES) {
            throw new DeviceRefused(
                    "fence device " + file + " has " + is.size() + " bytes, at most " + MOST_BYTES
                            + " are read",
                    "name the right file");
        }
    }

    /** A line that is no setting is not quoted: it might be a password. */
    private static Device.Setting setting(Path file, int number, String line) throws DeviceRefused {
        var match = LINE.matcher(line);
        if (!match.matches()) {
            throw new DeviceRefused(
                    file + ":" + number + " is not key=value",
                    "write one option of the agent on a line");
        }
        String key = match.group(1);
        if (OURS.contains(key)) {
            throw new DeviceRefused(
                    file + ":" + number + " sets " + key + ", which pgha sets itself",
                    "remove that line");
        }
        return new Device.Setting(key, match.group(2));
    }

    private static Path program(Path file, Optional<String> agent) throws DeviceRefused {
        if (agent.isEmpty()) {
            throw new DeviceRefused(
                    "fence device " + file + " names no agent",
                    "add a line such as agent=fence_ipmilan");
        }
        String name = agent.get();
        if (name.startsWith("fence_heuristics")) {
            throw new DeviceRefused(
                    "fence device " + file + " names " + name + ", which switches nothing off",
                    "name a device that does; guard = gateway asks gateways before a takeover");
        }
        List<Path> places = name.startsWith("/")
                ? List.of(Path.of(name))
                : NAME.matcher(name).matches()
                        ? PROGRAMS.stream().map(p -> p.resolve(name)).toList()
                        : List.of();
        return places.stream()
                .filter(p -> Files.isRegularFile(p) && Files.isExecutable(p))
                .findFirst()
                .orElseThrow(
                        () -> new DeviceRefused(
                                "fence device " + file + " names agent " + name
                                        + ", and there is no such program in /usr/sbin or /usr/bin",
                                "apt install fence-agents (dnf install fence-agents-all), or write its whole path"));
    }

    /**
     * Who the devices must belong to: the owner of the data directory, as whom the daemon runs; where there is none, whoever runs
     * this.
     *
     * @throws IOException when neither can be found out
     */
    static String owner(Path dataDirectory) throws IOException {
        Path place = Files.exists(dataDirectory) ? dataDirectory : Path.of("/proc/self");
        return Files.getOwner(place).getName();
    }
}
