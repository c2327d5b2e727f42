package io.pgha.config;

import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads the witness's configuration file; all that is wrong with it is said at once. */
public final class WitnessFile {

    /** Where it lies unless another is named. */
    public static final Path DEFAULT = Path.of("/etc/pgha/witness.conf");

    private final Path file;
    private final ConfigObject root;
    private final Complaints complaints;

    private WitnessFile(Path file, ConfigObject root, Complaints complaints) {
        this.file = file;
        this.root = root;
        this.complaints = complaints;
    }

    /**
     * Reads a file.
     *
     * @throws InvalidConfiguration with all complaints, when it cannot be read or is not sound
     */
    public static WitnessSettings load(Path file) throws InvalidConfiguration {
        Complaints complaints = new Complaints(file);
        Optional<ConfigObject> root = ConfigText.read(file, "witness.conf", complaints)
                .flatMap(text -> HoconText.parse(file, text, complaints));
        if (root.isEmpty()) {
            complaints.throwIfAny();
        }
        return new WitnessFile(file, root.orElseThrow(), complaints).settings();
    }

    private WitnessSettings settings() throws InvalidConfiguration {
        List<String> known = WitnessKeys.all().stream().<String>map(Key::path).toList();
        for (Map.Entry<String, ConfigValue> entry : root.entrySet()) {
            if (!known.contains(entry.getKey())) {
                complaints.add(line(entry.getValue()), entry.getKey(), unknown(entry.getKey()));
            }
        }
        Optional<List<Path>> pairs = find(WitnessKeys.PAIRS);
        if (pairs.filter(List::isEmpty).isPresent()) {
            complaints.add(
                    Optional.ofNullable(root.get(WitnessKeys.PAIRS.path()))
                            .map(WitnessFile::line)
                            .orElse(1),
                    WitnessKeys.PAIRS.path(),
                    "is empty; a witness needs at least one pair's key file");
        }
        Optional<String> listen = find(WitnessKeys.LISTEN);
        Optional<Integer> port = find(WitnessKeys.PORT);
        Optional<Path> state = find(WitnessKeys.STATE_DIRECTORY);
        var margin = find(WitnessKeys.LEASE_MARGIN);
        var claim = find(WitnessKeys.CLAIM_TIMEOUT);
        var longest = find(WitnessKeys.LONGEST_LEASE);
        complaints.throwIfAny();
        return new WitnessSettings(
                listen.orElseThrow(),
                port.orElseThrow(),
                state.orElseThrow(),
                pairs.orElseThrow(),
                margin.orElseThrow(),
                claim.orElseThrow(),
                longest.orElseThrow());
    }

    private <T> Optional<T> find(Key<T> key) {
        Optional<ConfigValue> written = Optional.ofNullable(root.get(key.path()))
                .filter(value -> value.valueType() != ConfigValueType.NULL);
        if (written.isEmpty()) {
            if (key.isRequired()) {
                complaints.add(
                        1, key.path(), "is not set, and has no default; write " + key.type());
            }
            return key.defaultValue();
        }
        try {
            return Optional.of(key.form().read(written.get()));
        } catch (Unfit e) {
            complaints.add(line(written.get()), key.path(), e.why());
            return Optional.empty();
        }
    }

    private String unknown(String name) {
        List<String> known = WitnessKeys.all().stream().<String>map(Key::path).toList();
        if (Keys.find(name).isPresent()) {
            return "is a key of pgha.conf; " + file + " is the witness's";
        }
        return Names.nearest(name, known)
                .map(near -> "unknown key; did you mean " + near + "?")
                .orElse("unknown key; there are " + String.join(", ", known));
    }

    private static int line(ConfigValue value) {
        return value.origin().lineNumber();
    }
}
