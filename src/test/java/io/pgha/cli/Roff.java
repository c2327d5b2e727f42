package io.pgha.cli;

/** Text for man(7). */
final class Roff {

    private Roff() {}

    /** So that it is printed as it is: no request, no escape, and a minus that can be pasted. */
    static String text(String words) {
        String escaped = words.replace("\\", "\\e").replace("-", "\\-");
        return escaped.startsWith(".") || escaped.startsWith("'") ? "\\&" + escaped : escaped;
    }

    /** Something to be typed as it stands. */
    static String bold(String words) {
        return "\\fB" + text(words) + "\\fR";
    }

    /** Something to be replaced. */
    static String italic(String words) {
        return "\\fI" + text(words) + "\\fR";
    }
}
