package io.pgha.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Writes down which classes are loaded (java(1), {@code -XX:DumpLoadedClassList}), those that java spins for lambdas included, for
 * {@code pgha-class-data} to prepare. For the daemon: by a primary and by a standby under guard witness, which need the most, in a
 * crash, a switchover and the way back of both, where clients wait for every class that is not prepared; but not the JDK's HTTP
 * client, which is done with its first question long before, and would lie in the memory of every daemon without an arbiter. For
 * the commands: by those that are typed most.
 */
final class ClassList {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Path LISTS = Path.of("packaging/classes");
    private static final String HTTP_CLIENT = "@?[a-z-]* ?(java/net/http|jdk/internal/net/http)/.*";

    private ClassList() {}

    /** Overwrites the list in the source tree. */
    public static void main(String[] none) throws IOException {
        NavigableSet<String> ofDaemons = new TreeSet<>();
        NavigableSet<String> ofCommands = new TreeSet<>();
        try (Lab lab = Lab.open(LabOptions.shipped().withGuard("witness"))) {
            List<LabNode> nodes = List.of(lab.node1(), lab.node2());
            for (LabNode node : nodes) {
                restart(node, Optional.of(noting(lab, node.disk(), loaded(node))));
            }
            crash(lab, lab.node1());
            switchOver(lab, lab.node2());
            for (LabNode node : nodes) {
                restart(node, Optional.empty());
                add(loaded(node), ofDaemons);
                for (String command : List.of("status", "check", "events")) {
                    Path asked = node.disk().resolve("asked.classes");
                    node.daemon().install(Optional.of(noting(lab, node.disk(), asked)));
                    node.daemon().run(List.of(command));
                    node.daemon().install(Optional.empty());
                    add(asked, ofCommands);
                }
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        ofDaemons.removeIf(name -> name.matches(HTTP_CLIENT));
        write("daemon", ofDaemons);
        write("command", ofCommands);
    }

    private static void write(String of, Set<String> names) throws IOException {
        Files.write(LISTS.resolve(of), names);
        System.out.println(names.size() + " classes in " + LISTS.resolve(of));
    }

    private static Path loaded(LabNode node) {
        return node.disk().resolve("loaded.classes");
    }

    /** The last rows are on their way when it dies, so that there is WAL to be rescued. */
    private static void crash(Lab lab, LabNode primary) {
        Recorder recorder = lab.record(Recorder.Pace.DENSE, primary.address() + ":5432/app");
        primary.postgres().crash();
        awaitWhole(lab, primary);
        recorder.stop();
    }

    private static void switchOver(Lab lab, LabNode primary) {
        primary.daemon().run(List.of("switchover", "--yes")).orFail();
        awaitWhole(lab, primary);
    }

    private static void awaitWhole(Lab lab, LabNode struck) {
        LabNode heir = lab.other(struck);
        lab.expect(
                struck.name() + " follows " + heir.name(),
                PATIENCE,
                () -> lab.isOpen(heir)
                        && struck.postgres().isStreaming()
                        && struck.daemon().isSteady()
                        && heir.daemon().isSteady());
    }

    private static void add(Path loaded, NavigableSet<String> names) throws IOException {
        try (var lines = Files.lines(loaded)) {
            lines.filter(line -> !line.startsWith("#"))
                    .map(line -> line.startsWith("@") ? line : line.replaceFirst(" .*", ""))
                    .forEach(names::add);
        }
    }

    private static void restart(LabNode node, Optional<Path> program) {
        node.daemon().stop();
        node.daemon().install(program);
        node.daemon().start();
        // Commands are not to write over what the daemon notes.
        node.daemon().install(Optional.empty());
        Lab.await("pgha of " + node.name() + " is at work", PATIENCE, node.daemon()::isSteady);
    }

    /** A program that starts the lab's pgha and notes its classes. */
    private static Path noting(Lab lab, Path disk, Path loaded) {
        Path program = disk.resolve("noting");
        Template.write(
                program,
                "#!/bin/sh\nexport JAVA_TOOL_OPTIONS=-XX:DumpLoadedClassList=" + loaded + "\nexec "
                        + LabDaemon.program(lab.home()) + " \"$@\"\n");
        Run.of(List.of("chmod", "755", program.toString())).orFail();
        Run.of(List.of("chown", "postgres", disk.toString())).orFail();
        return program;
    }
}
