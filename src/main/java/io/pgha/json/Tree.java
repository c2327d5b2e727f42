package io.pgha.json;

import com.google.gson.stream.JsonReader;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A JSON value that has no record: what another program says, or this one's status. Each look names what is meant when there
 * is nothing of that type; nothing is converted.
 */
public final class Tree {

    private static final Tree NOTHING = new Tree(null);

    /** A Map of Trees, a List of Trees, String, Boolean, Number as its digits; null: nothing there, or null. */
    private final @Nullable Object value;

    private Tree(@Nullable Object value) {
        this.value = value;
    }

    /** A number as it was written. */
    private record Digits(String text) {}

    /** Reads strict JSON. */
    public static Tree parse(String text) throws JsonRefused {
        return Json.read(text, Tree::read);
    }

    private static Tree read(JsonReader in) throws IOException {
        return switch (in.peek()) {
            case BEGIN_OBJECT -> object(in);
            case BEGIN_ARRAY -> array(in);
            case STRING -> new Tree(in.nextString());
            case NUMBER -> new Tree(new Digits(in.nextString()));
            case BOOLEAN -> new Tree(in.nextBoolean());
            case NULL -> {
                in.nextNull();
                yield NOTHING;
            }
            case END_DOCUMENT, END_OBJECT, END_ARRAY, NAME ->
                throw JsonRefused.next(in, "ends too early");
        };
    }

    private static Tree object(JsonReader in) throws IOException {
        Map<String, Tree> members = new LinkedHashMap<>();
        in.beginObject();
        while (in.hasNext()) {
            if (members.put(in.nextName(), read(in)) != null) {
                throw JsonRefused.last(in, "is there twice");
            }
        }
        in.endObject();
        return new Tree(members);
    }

    private static Tree array(JsonReader in) throws IOException {
        List<Tree> items = new ArrayList<>();
        in.beginArray();
        while (in.hasNext()) {
            items.add(read(in));
        }
        in.endArray();
        return new Tree(items);
    }

    /** A member of an object; nothing where it is not there, or this is no object. */
    public Tree path(String name) {
        Object member = value instanceof Map<?, ?> members ? members.get(name) : null;
        return member instanceof Tree tree ? tree : NOTHING;
    }

    /** The items of an array; none where this is no array. */
    public List<Tree> items() {
        return value instanceof List<?> items
                ? items.stream().map(Tree.class::cast).toList()
                : List.of();
    }

    /** An object that has a member. */
    public boolean hasMembers() {
        return value instanceof Map<?, ?> members && !members.isEmpty();
    }

    /** Something that is not null. */
    public boolean isThere() {
        return value != null;
    }

    public boolean isObject() {
        return value instanceof Map;
    }

    public boolean isText() {
        return value instanceof String;
    }

    /** The boolean true; else false, whatever it is. */
    public boolean isTrue() {
        return Boolean.TRUE.equals(value);
    }

    /** A text, and a number as it was written. */
    public String text(String otherwise) {
        if (value instanceof String text) {
            return text;
        }
        return value instanceof Digits number ? number.text() : otherwise;
    }

    /** A text, and a number as it was written; else empty. */
    public String text() {
        return text("");
    }

    /** A whole number that a long holds. */
    public long whole(long otherwise) {
        try {
            return value instanceof Digits number ? Long.parseLong(number.text()) : otherwise;
        } catch (NumberFormatException e) {
            return otherwise;
        }
    }

    /** Any number, as near as a double comes. */
    public double number(double otherwise) {
        return value instanceof Digits number ? Double.parseDouble(number.text()) : otherwise;
    }
}
