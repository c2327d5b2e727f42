package io.pgha.it;

import java.io.PrintStream;

/**
 * What a person reads during {@link Try}: chapters, commands with their answers, events of both nodes as they happen,
 * and, on a terminal, one line at the bottom that always shows the present. Safe to use from several threads.
 */
final class Story {

    private static final String CLEAR_LINE = "\r\033[K";
    private static final String RESET = "\033[0m";

    private final boolean terminal;
    private final PrintStream out;
    private final long start = System.nanoTime();
    private String live = "";

    Story(boolean terminal, PrintStream out) {
        this.terminal = terminal;
        this.out = out;
    }

    /** What comes next, and why. */
    void chapter(String text) {
        print("");
        print(colour("1", text));
    }

    /** A remark. */
    void say(String text) {
        print("  " + text);
    }

    /** A command that is typed on a node, and what it answers. */
    void command(String node, String command, Run answer) {
        print("  " + colour(tint(node), node + "#") + " " + colour("1", command));
        (answer.out() + answer.err()).lines().forEach(line -> print("      " + line));
        print(colour("2", "      exit code " + answer.code()));
    }

    /** Something that a node reports by itself. */
    void event(String node, String text) {
        print("  " + colour(tint(node), node) + " " + text);
    }

    /** The present, on a terminal replaced in place, otherwise a line of its own. */
    synchronized void live(String text) {
        String stamped = "%6.1fs  %s".formatted((System.nanoTime() - start) / 1e9, text);
        if (terminal) {
            live = stamped;
            out.print(CLEAR_LINE + live);
            out.flush();
        } else {
            out.println(stamped);
        }
    }

    /** Ends the live line. */
    synchronized void end() {
        if (terminal) {
            live = "";
            out.print(CLEAR_LINE);
            out.flush();
        }
    }

    /** The last line, bare, for programs. */
    synchronized void result(String line) {
        end();
        out.println(line);
        out.flush();
    }

    String good(String text) {
        return colour("32", text);
    }

    String bad(String text) {
        return colour("31", text);
    }

    String faint(String text) {
        return colour("2", text);
    }

    private static String tint(String node) {
        return node.equals("node1") ? "36" : "35";
    }

    private String colour(String code, String text) {
        return terminal ? "\033[" + code + "m" + text + RESET : text;
    }

    private synchronized void print(String line) {
        if (terminal) {
            out.print(CLEAR_LINE + line + "\n" + live);
            out.flush();
        } else {
            out.println(line);
        }
    }
}
