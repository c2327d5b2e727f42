package io.pgha.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;

/** The dependency rule, read off the compiled classes: imports point down only, walls never see each other. */
final class ArchitectureTest {

    private static final Pattern EDGE =
            Pattern.compile("^\\s+io\\.pgha\\.(\\w+)\\s+->\\s+(\\S+)\\s");

    /** What a package may import of ours. */
    private static final Map<String, Set<String>> OURS = Map.ofEntries(
            Map.entry("model", Set.of()),
            Map.entry("plan", Set.of("model")),
            Map.entry("decision", Set.of("model", "plan")),
            Map.entry("engine", Set.of("model", "plan", "decision")),
            Map.entry("config", Set.of("model")),
            Map.entry("os", Set.of()),
            Map.entry("json", Set.of()),
            Map.entry("store", Set.of("model", "plan", "decision", "engine", "json")),
            Map.entry("postgres", Set.of("model", "plan", "engine", "config", "os", "json")),
            Map.entry("network", Set.of("model", "plan", "engine", "config", "os")),
            Map.entry("peer", Set.of("model", "plan", "engine", "config", "os", "json")),
            Map.entry("fence", Set.of("model", "config", "os")),
            Map.entry("pooler", Set.of("config")),
            Map.entry("arbiter", Set.of("model", "config", "os", "peer", "json")),
            Map.entry("setup", Set.of("model", "config", "os", "peer", "postgres", "json")),
            Map.entry(
                    "http", Set.of("model", "plan", "decision", "engine", "config", "os", "json")),
            Map.entry(
                    "daemon",
                    Set.of(
                            "model",
                            "plan",
                            "decision",
                            "engine",
                            "config",
                            "os",
                            "store",
                            "postgres",
                            "network",
                            "peer",
                            "arbiter",
                            "fence",
                            "pooler",
                            "http")),
            Map.entry(
                    "cli",
                    Set.of(
                            "model",
                            "plan",
                            "engine",
                            "config",
                            "os",
                            "json",
                            "http",
                            "peer",
                            "arbiter",
                            "fence",
                            "pooler",
                            "network",
                            "postgres",
                            "setup")));

    /** The pure part: values, decisions and the loop see nothing that could read a clock, a file or a socket. */
    private static final Set<String> PURE = Set.of("model", "plan", "decision", "engine");

    private static final Set<String> PURE_MAY_SEE = Set.of(
            "java.lang",
            "java.lang.annotation",
            "java.lang.invoke",
            "java.lang.runtime",
            "java.util",
            "java.util.concurrent",
            "java.util.function",
            "java.util.regex",
            "java.util.stream",
            "java.time",
            "java.nio.file",
            "org.jspecify.annotations");

    private static String edges() {
        StringWriter out = new StringWriter();
        ToolProvider jdeps = ToolProvider.findFirst("jdeps").orElseThrow();
        int code = jdeps.run(
                new PrintWriter(out),
                new PrintWriter(out),
                "-verbose:package",
                "--multi-release",
                "17",
                "--ignore-missing-deps",
                "target/classes");
        assertEquals(0, code, out::toString);
        return out.toString();
    }

    @Test
    void importsPointDownOnly() {
        Set<String> wrong = new TreeSet<>();
        int seen = 0;
        for (String line : edges().lines().toList()) {
            Matcher edge = EDGE.matcher(line);
            if (!edge.find()) {
                continue;
            }
            String from = edge.group(1);
            String to = edge.group(2);
            seen = seen + 1;
            if (to.startsWith("io.pgha.")
                    && !OURS.getOrDefault(from, Set.of()).contains(to.substring(8))
                    && !to.equals("io.pgha." + from)) {
                wrong.add(from + " -> " + to);
            }
            if (PURE.contains(from) && !to.startsWith("io.pgha") && !PURE_MAY_SEE.contains(to)) {
                wrong.add(from + " -> " + to);
            }
        }
        assertTrue(
                seen > 50,
                "jdeps showed only " + seen + " edges: the pattern does not match any more");
        assertEquals(Set.of(), wrong);
    }
}
