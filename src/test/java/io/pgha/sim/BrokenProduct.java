package io.pgha.sim;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

import javax.tools.DiagnosticCollector;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** The product with some source files replaced, compiled in memory; every class of ours is loaded anew, so that it is used. */
final class BrokenProduct extends ClassLoader {

    private static final String OURS = "io.pgha.";

    private final Map<String, byte[]> compiled = new HashMap<>();

    private BrokenProduct(ClassLoader parent) {
        super(parent);
    }

    /**
     * Compiles a broken source and gives back the simulator over it.
     *
     * @throws IOException when it does not compile
     */
    static BiFunction<String, Long, String> with(Tooth tooth)
            throws IOException, ReflectiveOperationException {
        BrokenProduct loader = new BrokenProduct(BrokenProduct.class.getClassLoader());
        loader.compile(tooth);
        Object bite =
                loader.loadClass(OURS + "sim.Bite").getDeclaredConstructor().newInstance();
        if (bite instanceof BiFunction<?, ?, ?> function) {
            @SuppressWarnings("unchecked") // Bite is written as this type; only its loader differs.
            BiFunction<String, Long, String> simulator =
                    (BiFunction<String, Long, String>) function;
            return simulator;
        }
        throw new ClassNotFoundException("Bite is no function");
    }

    /**
     * Compiles a broken source into a directory.
     *
     * @throws IOException when it does not compile
     */
    static void compileInto(Path directory, Tooth tooth) throws IOException {
        BrokenProduct product = new BrokenProduct(BrokenProduct.class.getClassLoader());
        product.compile(tooth);
        for (Map.Entry<String, byte[]> type : product.compiled.entrySet()) {
            Path file = directory.resolve(type.getKey().replace('.', '/') + ".class");
            Files.createDirectories(file.getParent());
            Files.write(file, type.getValue());
        }
    }

    private void compile(Tooth tooth) throws IOException {
        List<JavaFileObject> units = new ArrayList<>();
        tooth.broken().forEach((file, source) -> units.add(unit(file, source)));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        DiagnosticCollector<JavaFileObject> complaints = new DiagnosticCollector<>();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            boolean ok = compiler.getTask(
                            null,
                            new InMemory(files),
                            complaints,
                            List.of(
                                    "-proc:none",
                                    "-nowarn",
                                    "-cp",
                                    System.getProperty("java.class.path")),
                            null,
                            units)
                    .call();
            if (!ok) {
                throw new IOException(
                        tooth.name() + " does not compile: " + complaints.getDiagnostics());
            }
        }
    }

    private static JavaFileObject unit(Path file, String source) {
        URI name = URI.create("string:///" + file.getFileName());
        return new SimpleJavaFileObject(name, JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return source;
            }
        };
    }

    /** Keeps what is compiled for the loader instead of a directory. */
    private final class InMemory extends ForwardingJavaFileManager<StandardJavaFileManager> {
        InMemory(StandardJavaFileManager files) {
            super(files);
        }

        @Override
        public JavaFileObject getJavaFileForOutput(
                JavaFileManager.Location location,
                String className,
                JavaFileObject.Kind kind,
                FileObject sibling) {
            return new SimpleJavaFileObject(URI.create("mem:///" + className), kind) {
                @Override
                public OutputStream openOutputStream() {
                    return new ByteArrayOutputStream() {
                        @Override
                        public void close() {
                            compiled.put(className, toByteArray());
                        }
                    };
                }
            };
        }
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!name.startsWith(OURS)) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> known = findLoadedClass(name);
            if (known != null) {
                return known;
            }
            byte[] bytes = compiled.getOrDefault(name, new byte[0]);
            if (bytes.length == 0) {
                bytes = read(name);
            }
            return defineClass(name, bytes, 0, bytes.length);
        }
    }

    private byte[] read(String name) throws ClassNotFoundException {
        try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
            if (in == null) {
                throw new ClassNotFoundException(name);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new ClassNotFoundException(name, e);
        }
    }
}
