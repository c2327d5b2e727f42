package io.pgha.json;

import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;

/**
 * A component of a record.
 *
 * @param name as the record has it
 * @param type with what it holds
 * @param field read instead of the accessor, since reflection makes a class for every method that it calls often
 */
public record Part(String name, Type type, Field field) {

    /** All components, in their order. */
    public static List<Part> of(Class<?> type) {
        List<Part> parts = new ArrayList<>();
        for (RecordComponent component : type.getRecordComponents()) {
            try {
                Field field = type.getDeclaredField(component.getName());
                field.setAccessible(true);
                parts.add(new Part(component.getName(), component.getGenericType(), field));
            } catch (NoSuchFieldException e) {
                throw new IllegalStateException("a record has a field for each component", e);
            }
        }
        return List.copyOf(parts);
    }

    /** The record's constructor, which takes a value for each of its components. */
    static <T> Constructor<T> constructor(Class<T> type, List<Part> parts) {
        Class<?>[] types =
                parts.stream().map(part -> part.field().getType()).toArray(Class<?>[]::new);
        try {
            Constructor<T> constructor = type.getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return constructor;
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException("a record has a constructor of its components", e);
        }
    }

    /** Its value in that record. */
    public Object in(Object owner) {
        try {
            return field.get(owner);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException("the field was made accessible", e);
        }
    }
}
