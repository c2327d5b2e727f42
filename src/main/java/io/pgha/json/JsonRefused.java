package io.pgha.json;

import com.google.gson.stream.JsonReader;

import java.io.IOException;

/**
 * A text is not the JSON that was expected. Its message is one line that names the field and what is wrong with it; of the
 * text itself it repeats names, and a value only where its type quotes what it refuses.
 */
public final class JsonRefused extends IOException {

    private static final long serialVersionUID = 1L;
    private static final int MAX_WORDS = 300;

    /** With the whole sentence. */
    public JsonRefused(String words) {
        super(bounded(words));
    }

    /** One line of at most so many characters, whatever the text held. */
    private static String bounded(String words) {
        String line = words.replaceAll("[\\s\\p{Cntrl}]+", " ");
        return line.substring(0, Math.min(line.length(), MAX_WORDS));
    }

    /** What stands at that path has the wrong form. */
    static JsonRefused at(String path, String words) {
        return new JsonRefused(field(path) + " " + words);
    }

    /** What stands next in the text has the wrong form. */
    static JsonRefused next(JsonReader in, String words) {
        return at(in.getPath(), words);
    }

    /** What was read last has the wrong value. */
    static JsonRefused last(JsonReader in, String words) {
        return at(in.getPreviousPath(), words);
    }

    /** The object that was read last has the wrong member. */
    static JsonRefused member(JsonReader in, String name, String words) {
        String object = in.getPreviousPath();
        return new JsonRefused(
                "'" + name + "' " + words + (object.equals("$") ? "" : " in " + field(object)));
    }

    /** A path of the reader's, such as {@code $.plan.steps[2]}, as a person would name it. */
    private static String field(String path) {
        String name = path.replaceAll("^\\$\\.?|\\.$", "");
        return name.isEmpty() ? "it" : "'" + name + "'";
    }
}
