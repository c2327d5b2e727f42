package io.pgha.config;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Gathers what is wrong with one file, so that the operator hears of all of it at once. For one thread. */
final class Complaints {

    private final Path file;
    private final Set<Complaint> all = new LinkedHashSet<>();

    Complaints(Path file) {
        this.file = file;
    }

    /** Adds a complaint; the same one twice counts once, since both nodes read the shared part. */
    void add(int line, String key, String message) {
        all.add(new Complaint(file, Math.max(1, line), key, message));
    }

    boolean isEmpty() {
        return all.isEmpty();
    }

    /** Ends the reading here when anything was wrong so far. */
    void throwIfAny() throws InvalidConfiguration {
        if (!all.isEmpty()) {
            throw new InvalidConfiguration(inOrder());
        }
    }

    private List<Complaint> inOrder() {
        return all.stream().sorted(Comparator.comparingInt(Complaint::line)).toList();
    }
}
