package io.pgha.config;

import com.typesafe.config.ConfigValue;

import java.util.Optional;

/**
 * A form of one word.
 *
 * @param reading how its text is read
 * @param writing how it is written
 * @param allowed what is allowed, in words
 * @param minimum the smallest value; empty where that has no meaning
 */
record Word<T>(Reading<T> reading, Writing<T> writing, String allowed, Optional<String> minimum)
        implements Form<T> {

    @Override
    public T read(ConfigValue value) throws Unfit {
        return reading.read(Form.scalar(value, allowed));
    }

    @Override
    public String write(T value) {
        return writing.write(value);
    }

    /** From text to value. */
    interface Reading<T> {
        T read(String text) throws Unfit;
    }

    /** From value to text. */
    interface Writing<T> {
        String write(T value);
    }
}
