package io.pgha.config;

import com.typesafe.config.ConfigValue;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What each key is for one node: written in its block, else at the top, else by the profile, else by default.
 *
 * <p>{@link #check} complains of what does not fit; {@link #find} is then empty for it, so that rules about several keys
 * speak only when all of them are sound, and every complaint can be heard at once.
 */
final class Values {

    private final Document document;
    private final String node;
    private final Profile profile;

    /** Values of a node; for a key that both nodes share any node will do. */
    Values(Document document, String node, Profile profile) {
        this.document = document;
        this.node = node;
        this.profile = profile;
    }

    String node() {
        return node;
    }

    Profile profile() {
        return profile;
    }

    /** The value in force; empty when there is none or when it does not fit. */
    <T> Optional<T> find(Key<T> key) {
        Optional<ConfigValue> written = written(key);
        if (written.isEmpty()) {
            return key.otherwise().under(profile);
        }
        try {
            return Optional.of(key.form().read(written.get()));
        } catch (Unfit e) {
            return Optional.empty();
        }
    }

    /** The value in force of a key that has one, after {@link #check} had no complaint. */
    <T> T get(Key<T> key) {
        return find(key).orElseThrow(() -> new IllegalStateException(key.path() + " has no value"));
    }

    /** Complains when the key's value does not fit, or is missing though it must be written. */
    void check(Key<?> key, Complaints complaints) {
        Optional<ConfigValue> written = written(key);
        if (written.isPresent()) {
            try {
                key.form().read(written.get());
            } catch (Unfit e) {
                complaints.add(line(key), pathOf(key), e.why());
            }
        } else if (key.isRequired() && isOn(key)) {
            complaints.add(line(key), pathOf(key), missing(key));
        }
    }

    private static String missing(Key<?> key) {
        if (key.equals(TimingKeys.GUARD)) {
            return "is not set, and there is no default. Choose manual (nobody takes over on silence, a person does),"
                    + " failcount (the standby does after max_primary_failcount failures; a cut between the nodes makes two"
                    + " primaries) gateway (as failcount, if it sees a gateway; a primary that sees neither peer nor"
                    + " gateway closes itself), witness or etcd (the primary is open by a lease that its kernel ends; a third"
                    + " host says who is next, and nothing makes two primaries)";
        }
        return "is not set, and has no default; write " + key.type();
    }

    /** Whether the key's part is in force for this node: the blocks http and archive must be there for theirs. */
    boolean isOn(Key<?> key) {
        return Keys.switchOf(key).map(block -> document.hasBlock(node, block)).orElse(true);
    }

    /** Whether the key is written, for this node or for both. */
    boolean isWritten(Key<?> key) {
        return written(key).isPresent();
    }

    private Optional<ConfigValue> written(Key<?> key) {
        return own(key).or(() ->
                key.scope() == Key.Scope.NODE ? Optional.empty() : document.atTop(key.path()));
    }

    private Optional<ConfigValue> own(Key<?> key) {
        return key.scope() == Key.Scope.SHARED
                ? Optional.empty()
                : document.inNode(node, key.path());
    }

    /** Where to look in the file: the key's line, else the profile's if that sets it, else its block's. */
    int line(Key<?> key) {
        return written(key)
                .or(() -> key.isOfProfile()
                        ? document.atTop(TimingKeys.PROFILE.path())
                        : Optional.empty())
                .map(value -> value.origin().lineNumber())
                .orElseGet(() -> document.lineOf(pathOf(key)));
    }

    /** The key as it is written in the file, or as it would be. */
    String pathOf(Key<?> key) {
        boolean inBlock = key.scope() == Key.Scope.NODE || own(key).isPresent();
        return inBlock ? Keys.NODES + "." + node + "." + key.path() : key.path();
    }

    /** Where the value in force comes from. */
    String origin(Key<?> key, Path file) {
        if (isWritten(key)) {
            return file + ":" + line(key);
        }
        return key.isOfProfile() ? "profile " + profile.word() : "default";
    }

    /** Complains of all keys of a scope. */
    void checkAll(List<Key.Scope> scopes, Complaints complaints) {
        for (Key<?> key : Keys.all()) {
            if (scopes.contains(key.scope())) {
                check(key, complaints);
            }
        }
    }
}
