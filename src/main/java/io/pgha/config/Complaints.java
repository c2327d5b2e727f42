package io.pgha.config;

import io.pgha.config.InvalidConfiguration.Cause;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Gathers what is wrong with one file, so that the operator hears of all of it at once. For one thread. */
final class Complaints {

    private final Path file;
    private final Set<Complaint> all = new LinkedHashSet<>();
    private final Set<Complaint> ofMachine = new HashSet<>();

    Complaints(Path file) {
        this.file = file;
    }

    /** Adds a complaint; the same one twice counts once, since both nodes read the shared part. */
    void add(int line, String key, String message) {
        all.add(complaint(line, key, message));
    }

    /** Adds a complaint that may end without a change of the file: this machine is not, or not yet, as it says. */
    void addOfMachine(int line, String key, String message) {
        Complaint complaint = complaint(line, key, message);
        all.add(complaint);
        ofMachine.add(complaint);
    }

    private Complaint complaint(int line, String key, String message) {
        return new Complaint(file, Math.max(1, line), key, message);
    }

    boolean isEmpty() {
        return all.isEmpty();
    }

    /** Ends the reading here when anything was wrong so far. */
    void throwIfAny() throws InvalidConfiguration {
        if (!all.isEmpty()) {
            throw new InvalidConfiguration(
                    inOrder(), ofMachine.containsAll(all) ? Cause.MACHINE : Cause.FILE);
        }
    }

    private List<Complaint> inOrder() {
        return all.stream().sorted(Comparator.comparingInt(Complaint::line)).toList();
    }
}
