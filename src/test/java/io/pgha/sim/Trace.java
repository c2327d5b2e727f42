package io.pgha.sim;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/** One line an event, for a reader; silent unless it is asked for, so that it costs nothing. */
final class Trace {

    private static final int KEPT = 4000;

    private final Agenda agenda;
    private final boolean wanted;
    private final Deque<String> lines = new ArrayDeque<>();

    Trace(Agenda agenda, boolean wanted) {
        this.agenda = agenda;
        this.wanted = wanted;
    }

    boolean isWanted() {
        return wanted;
    }

    void say(String who, String words) {
        if (wanted) {
            add(who, words);
        }
    }

    void say(String who, Supplier<String> words) {
        if (wanted) {
            add(who, words.get());
        }
    }

    private void add(String who, String words) {
        if (lines.size() == KEPT) {
            lines.removeFirst();
        }
        lines.addLast(String.format(
                Locale.ROOT, "%10.3f  %-3s %s", agenda.now() / (double) Agenda.SECOND, who, words));
    }

    /** The newest lines, oldest first. */
    List<String> tail(int count) {
        return lines.stream().skip(Math.max(0, lines.size() - count)).toList();
    }
}
