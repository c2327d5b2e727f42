package io.pgha.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** What was found, line by line: on standard output at once, and kept for tables and plot. */
final class Report implements Consumer<Figures> {

    private final Optional<Path> tables;
    private final Optional<Path> plot;
    private final List<Figures> all = new ArrayList<>();

    /** Writes both files anew with each line, so that a run that is interrupted leaves what it had found. */
    Report(Optional<Path> tables, Optional<Path> plot) {
        this.tables = tables;
        this.plot = plot;
    }

    @Override
    public void accept(Figures figures) {
        System.out.println(figures);
        all.add(figures);
        tables.ifPresent(file -> write(file, MarkdownTables.of(all)));
        plot.ifPresent(file -> write(file, FaultPlot.of(all)));
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException("could not write " + file, e);
        }
    }
}
