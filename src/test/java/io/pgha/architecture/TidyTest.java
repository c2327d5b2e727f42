package io.pgha.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** What the formatter and the compiler do not hold: length, names, and calls that bring a hidden clock, knob or hook. */
final class TidyTest {

    private static final Path SOURCES = Path.of("src/main/java");
    private static final int MOST_FILE_LINES = 400;
    private static final int MOST_METHOD_LINES = 60;

    /** Longer than allowed, each with its reason and its own bound, so that it cannot grow on. */
    private static final Map<String, Integer> LONGER_FILES = Map.of(
            // The one turn and all that is remembered between turns: splitting it would share its
            // mutable state.
            "io/pgha/engine/Engine.java", 480,
            // One method a step, as the sealed visitor demands.
            "io/pgha/daemon/HostSteps.java", 440);

    /** Longer than allowed, each with its reason. */
    private static final Map<String, Integer> LONGER_METHODS = Map.of(
            // Wiring: one line a wall, no branch.
            "io.pgha.daemon.Daemon.turnUntilStopped", 95,
            // One line a number, no branch.
            "io.pgha.model.Policy.<init>", 61);

    /** Names that say nothing (house rule A9). */
    private static final Pattern BANNED_NAME = Pattern.compile(
            "util|utils|common|helper|helpers|manager|service|impl|"
                    + "(Abstract.*|.*(Util|Utils|Utility|Common|Helper|Manager|Service|Impl|Info))\\.java");

    /** Calls, and the files that may make them, each for the reason given. */
    private static final Map<String, Set<String>> BANNED_CALLS = new TreeMap<>(Map.ofEntries(
            // The wall clock decides nothing: the clock port, event lines, dates of certificates
            // and
            // of copies, the skew shown by check.
            Map.entry(
                    "System.currentTimeMillis|Instant.now|DateTime.now|new Date()",
                    Set.of(
                            "daemon/HostClock",
                            "daemon/EventLog",
                            "cli/KeygenCommand",
                            "cli/SetupCommand",
                            "cli/LocalChecks",
                            "cli/DaemonChecks")),
            // Files of /proc tell nobody when they change; watch redraws.
            Map.entry("Thread.sleep", Set.of("postgres/Waiting", "cli/WatchCommand")),
            // Hidden knobs. Whose word it was is asked of the login, systemd of its variables.
            Map.entry(
                    "System.getProperty|System.getenv|Integer.getInteger|Boolean.getBoolean",
                    Set.of(
                            "cli/PauseCommand",
                            "cli/ResumeCommand",
                            "cli/AcknowledgeCommand",
                            "os/SystemdNotify",
                            "os/SystemdJournal")),
            // Commands go through os/Command; the others hold a program that runs on.
            Map.entry(
                    "new ProcessBuilder|Runtime.getRuntime().exec",
                    Set.of(
                            "os/Command",
                            "postgres/WatchedProgram",
                            "postgres/WalDump",
                            "network/IpsetSession",
                            "peer/Keygen")),
            Map.entry("System.exit|.halt(", Set.of("Main", "cli/Change")),
            Map.entry("System.out|System.err", Set.of("Main")),
            // Records of all packages are read and made there, and nothing else is looked into.
            Map.entry(".setAccessible(", Set.of("json/Part")),
            Map.entry(
                    "printStackTrace|Math.random|Class.forName|VisibleForTesting|finalize()",
                    Set.of())));

    private static List<Path> files() {
        try (Stream<Path> all = Files.walk(SOURCES)) {
            List<Path> files = all.filter(f -> f.toString().endsWith(".java")).toList();
            assertTrue(files.size() > 100, "only " + files.size() + " files under " + SOURCES);
            return files;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String name(Path file) {
        return SOURCES.relativize(file).toString();
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void noFileIsTooLongToBeReadAtOnce() {
        Set<String> wrong = new TreeSet<>();
        for (Path file : files()) {
            int length = lines(file).size();
            if (length > LONGER_FILES.getOrDefault(name(file), MOST_FILE_LINES)) {
                wrong.add(name(file) + " has " + length + " lines");
            }
        }
        assertEquals(Set.of(), wrong);
    }

    @Test
    void noMethodIsTooLongToBeSeenAtOnce() throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        Set<String> wrong = new TreeSet<>();
        int[] seen = {0};
        try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
            JavacTask task = (JavacTask) compiler.getTask(
                    null,
                    manager,
                    diagnostic -> {},
                    List.of("-proc:none"),
                    null,
                    manager.getJavaFileObjectsFromPaths(files()));
            SourcePositions positions = Trees.instance(task).getSourcePositions();
            for (CompilationUnitTree unit : task.parse()) {
                new Lengths(unit, positions, wrong, seen).scan(unit, "");
            }
        }
        assertTrue(seen[0] > 1000, "only " + seen[0] + " methods were seen");
        assertEquals(Set.of(), wrong);
    }

    /** Measures the methods of one file. */
    private static final class Lengths extends TreeScanner<Void, String> {
        private final CompilationUnitTree unit;
        private final SourcePositions positions;
        private final Set<String> wrong;
        private final int[] seen;

        Lengths(
                CompilationUnitTree unit,
                SourcePositions positions,
                Set<String> wrong,
                int[] seen) {
            this.unit = unit;
            this.positions = positions;
            this.wrong = wrong;
            this.seen = seen;
        }

        @Override
        public Void visitClass(ClassTree tree, String outer) {
            String inner = tree.getSimpleName().toString();
            return super.visitClass(
                    tree,
                    outer.isEmpty() ? unit.getPackageName() + "." + inner : outer + "." + inner);
        }

        @Override
        public Void visitMethod(MethodTree tree, String owner) {
            seen[0]++;
            String name = owner + "." + tree.getName();
            long length = 1
                    + line(positions.getEndPosition(unit, tree))
                    - line(positions.getStartPosition(unit, tree));
            if (length > LONGER_METHODS.getOrDefault(name, MOST_METHOD_LINES)) {
                wrong.add(name + " has " + length + " lines");
            }
            return super.visitMethod(tree, owner);
        }

        private long line(long position) {
            return position < 0 ? 0 : unit.getLineMap().getLineNumber(position);
        }
    }

    @Test
    void noNameSaysNothing() {
        Set<String> wrong = new TreeSet<>();
        for (Path file : files()) {
            for (Path part : SOURCES.relativize(file)) {
                if (BANNED_NAME.matcher(part.toString()).matches()
                        && !part.toString().equals("package-info.java")) {
                    wrong.add(name(file));
                }
            }
        }
        assertEquals(Set.of(), wrong);
    }

    @Test
    void noCallBringsAHiddenClockKnobOrHook() {
        Set<String> wrong = new TreeSet<>();
        for (Path file : files()) {
            String code = code(file);
            String shortName = name(file).replaceFirst("io/pgha/", "").replace(".java", "");
            BANNED_CALLS.forEach((calls, may) -> {
                for (String call : calls.split("\\|", -1)) {
                    if (code.contains(call) && !may.contains(shortName)) {
                        wrong.add(name(file) + " calls " + call);
                    }
                }
            });
        }
        assertEquals(Set.of(), wrong);
    }

    @Test
    void noWordOfBondageStandsForARole() {
        Pattern banned = Pattern.compile("(?i)\\b(master|slave)s?\\b");
        Set<String> wrong = new TreeSet<>();
        for (Path file : files()) {
            for (String line : lines(file)) {
                if (banned.matcher(line).find()) {
                    wrong.add(name(file) + ": " + line.strip());
                }
            }
        }
        assertEquals(Set.of(), wrong);
    }

    @Test
    void noWarningIsSilencedWithoutItsReason() {
        Set<String> wrong = new TreeSet<>();
        for (Path file : files()) {
            for (String line : lines(file)) {
                if (line.contains("@SuppressWarnings") && !line.contains("//")) {
                    wrong.add(name(file) + ": " + line.strip());
                }
            }
        }
        assertEquals(Set.of(), wrong);
    }

    /** Without comments: they may speak of what the code must not do. */
    private static String code(Path file) {
        List<String> code = new ArrayList<>();
        for (String line : lines(file)) {
            String bare = line.strip();
            if (!bare.startsWith("*") && !bare.startsWith("/*") && !bare.startsWith("//")) {
                code.add(bare);
            }
        }
        return String.join("\n", code);
    }
}
