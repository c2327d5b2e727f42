package io.pgha.postgres;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * start.conf in a cluster's configuration directory: Debian's word on whether the cluster is started at boot (man
 * pg_createcluster). Its units are made from it at boot, so systemctl enable has no say there.
 */
final class DebianStartConf {

    private final Path file;

    DebianStartConf(Path configurationDirectory) {
        this.file = configurationDirectory.resolve("start.conf");
    }

    /**
     * The file says so; on disk on return.
     *
     * @return what was changed, empty text when nothing had to be; empty when this is no cluster of Debian's
     */
    Optional<String> set(PostgresControl.AtBoot atBoot) throws ControlFailed {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        String wanted = switch (atBoot) {
            case STARTED -> "auto";
            case LEFT_ALONE -> "manual";
        };
        try {
            List<String> lines = Files.readAllLines(file);
            List<String> changed = lines.stream()
                    .map(line -> line.strip().matches("auto|manual|disabled") ? wanted : line)
                    .toList();
            if (changed.equals(lines)) {
                return Optional.of("");
            }
            String text = String.join("\n", changed) + "\n";
            DurableFiles.replace(file, text.getBytes(StandardCharsets.UTF_8));
            return Optional.of(file + " now says " + wanted);
        } catch (IOException e) {
            throw new ControlFailed("changing " + file + " to " + wanted + ": " + e, e);
        }
    }
}
