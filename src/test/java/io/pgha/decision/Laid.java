package io.pgha.decision;

import java.io.IOException;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The decision tables laid out: which rule decides a row, and which test holds it, as the compiled classes say.
 *
 * @param rules by row, each as class and method
 * @param laws by row, each as the name of the test
 */
public record Laid(Map<Row, SortedSet<String>> rules, Map<Row, SortedSet<String>> laws) {

    private static final String PACKAGE = "io/pgha/decision";

    /** Reads what lies below {@code target}. */
    public static Laid out() {
        return new Laid(
                read(
                        "classes",
                        Decides.class,
                        Decides::value,
                        m -> m.getDeclaringClass().getSimpleName() + "." + m.getName()),
                read("test-classes", Pins.class, Pins::value, Method::getName));
    }

    private static <A extends Annotation> Map<Row, SortedSet<String>> read(
            String tree, Class<A> mark, Function<A, Row[]> rows, Function<Method, String> name) {
        Map<Row, SortedSet<String>> found = new EnumMap<>(Row.class);
        for (Class<?> type : classes(Path.of("target", tree, PACKAGE))) {
            for (Method method : type.getDeclaredMethods()) {
                for (A marked : method.getAnnotationsByType(mark)) {
                    for (Row row : rows.apply(marked)) {
                        found.computeIfAbsent(row, r -> new TreeSet<>()).add(name.apply(method));
                    }
                }
            }
        }
        return found;
    }

    private static List<Class<?>> classes(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(f -> f.getFileName().toString())
                    .filter(f -> f.endsWith(".class"))
                    .<Class<?>>map(f -> load(f.replace(".class", "")))
                    .toList();
        } catch (IOException e) {
            throw new IllegalStateException("no classes in " + directory, e);
        }
    }

    private static Class<?> load(String name) {
        try {
            return Class.forName(PACKAGE.replace('/', '.') + "." + name);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }
}
