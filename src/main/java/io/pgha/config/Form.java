package io.pgha.config;

import com.typesafe.config.ConfigValue;

import java.util.Optional;

/** What may be written for a key, and how it is read. A form holds no state and may be used by several threads. */
interface Form<T> {

    /** Reads a value; {@link Unfit} says what is wrong with it and what would be right. */
    T read(ConfigValue value) throws Unfit;

    /** The value as it would be written in the file. */
    String write(T value);

    /** What is allowed, in words: "a time from 100ms to 1m". */
    String allowed();

    /** The smallest value allowed; empty where the word has no meaning. */
    default Optional<String> minimum() {
        return Optional.empty();
    }

    /** A value's text when it is a single one, else {@link Unfit}. */
    static String scalar(ConfigValue value, String allowed) throws Unfit {
        return switch (value.valueType()) {
            case STRING -> String.valueOf(value.unwrapped());
            case NUMBER, BOOLEAN -> value.render();
            case LIST -> throw new Unfit("is a list; write one value: " + allowed);
            case OBJECT -> throw new Unfit("is a block; write one value: " + allowed);
            case NULL -> throw new Unfit("is null; write " + allowed);
        };
    }
}
