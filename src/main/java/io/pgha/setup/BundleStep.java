package io.pgha.setup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The bundle for the other node; made last, of what was written before.
 *
 * @param file where
 * @param bundle without the key, which does not exist before it is made
 * @param keyFile where that is read
 * @param now when
 */
record BundleStep(Path file, Bundle bundle, Path keyFile, Instant now) implements Step {

    @Override
    public String words() {
        return "write " + file + " (mode 0600): configuration, key and passwords, for "
                + bundle.to();
    }

    @Override
    public List<String> lines() {
        return List.of("(secrets, not shown)");
    }

    /** The file itself; asked whether it can be written before anything is. */
    FileStep target(String text) throws SetupRefused {
        return new FileStep(file, FileStep.read(file), text, true, Optional.empty(), now);
    }

    @Override
    public void make() throws SetupRefused {
        String key = FileStep.read(keyFile)
                .orElseThrow(() -> SetupRefused.trouble(keyFile + " is not there"));
        try {
            // An older one is of no use to anybody, and no copy of its secrets is to stay.
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw SetupRefused.trouble(file + " cannot be replaced: " + e);
        }
        target(new Bundle(
                                bundle.from(),
                                bundle.to(),
                                bundle.systemId(),
                                bundle.configuration(),
                                key,
                                bundle.passwords(),
                                bundle.least())
                        .text())
                .make();
    }
}
