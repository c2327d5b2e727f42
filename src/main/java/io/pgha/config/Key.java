package io.pgha.config;

import java.util.Optional;

/**
 * One key of the configuration file, everything that is to be known of it.
 *
 * @param path where it is written, "postgres.port"; a key of a node stands below {@code nodes.NAME}
 * @param form what may be written
 * @param otherwise what holds when it is not written
 * @param consequence what it does, and what a larger or smaller value costs; one or two sentences
 * @param scope where it may be written
 * @param effect when a changed value is in force
 */
public record Key<T>(
        String path,
        Form<T> form,
        Default<T> otherwise,
        String consequence,
        Scope scope,
        Effect effect) {

    /** Where a key may be written. */
    public enum Scope {
        /** At the top only; both nodes must have the same value, which the digest proves. */
        SHARED("both nodes alike"),
        /** At the top for both nodes, or in a node's block for that node. */
        PER_NODE("both nodes, or in a node's block for one"),
        /** In a node's block only. */
        NODE("in each node's block");

        private final String words;

        Scope(String words) {
            this.words = words;
        }

        public String words() {
            return words;
        }
    }

    /** When a changed value is in force. */
    public enum Effect {
        /**
         * When the daemon reads its configuration anew, between two workflows. No promise between the nodes rests on such a key
         * alone, and nothing outside the engine has read it at the start.
         */
        LIVE("a reload of the daemon: systemctl reload pgha"),
        /** After a restart of the daemon, which no client notices. */
        RESTART("restart of the daemon, which no client notices"),
        /** When the node is next made a standby: it is written into PostgreSQL's own settings there. */
        STANDBY_SETUP("the next pgha initialize or rejoin of this node");

        private final String words;

        Effect(String words) {
            this.words = words;
        }

        public String words() {
            return words;
        }
    }

    /** A key that both nodes share. */
    static <T> Key<T> shared(String path, Form<T> form, Default<T> otherwise, String consequence) {
        return new Key<>(path, form, otherwise, consequence, Scope.SHARED, Effect.RESTART);
    }

    /** A key that a node may have for itself. */
    static <T> Key<T> perNode(String path, Form<T> form, Default<T> otherwise, String consequence) {
        return new Key<>(path, form, otherwise, consequence, Scope.PER_NODE, Effect.RESTART);
    }

    /** The same key, which may change under a running daemon. */
    Key<T> live() {
        return new Key<>(path, form, otherwise, consequence, scope, Effect.LIVE);
    }

    /** The same key, in force only after the node was made a standby again. */
    Key<T> fromStandbySetup() {
        return new Key<>(path, form, otherwise, consequence, scope, Effect.STANDBY_SETUP);
    }

    /** What may be written: "a time from 100ms to 1m". */
    public String type() {
        return form.allowed();
    }

    /** The smallest value; empty where that has no meaning. */
    public Optional<String> minimum() {
        return form.minimum();
    }

    /** What holds when it is not written, as text: a value, or words; for a profile's key that of profile normal. */
    public String defaultText() {
        if (otherwise instanceof Default.Derived<T> derived) {
            return derived.words();
        }
        if (otherwise instanceof Default.Unset<T> unset) {
            return unset.words();
        }
        return otherwise.under(Profile.NORMAL).map(form::write).orElse("none, it must be written");
    }

    /** The value of {@link #defaultText}, when the default is a value. */
    Optional<T> defaultValue() {
        return otherwise.under(Profile.NORMAL);
    }

    /** True when the profile sets it. */
    public boolean isOfProfile() {
        return otherwise instanceof Default.OfProfile<T>;
    }

    /** True when it must be written. */
    public boolean isRequired() {
        return otherwise instanceof Default.Required<T>;
    }
}
