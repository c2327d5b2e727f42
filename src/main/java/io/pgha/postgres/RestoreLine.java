package io.pgha.postgres;

import java.nio.file.Path;

/**
 * The restore_command of a takeover: rescued segments first, then whatever was asked before. It ends with 0 or 1 as far as it
 * is pgha's: 126 and above, or a signal, would end the startup process.
 */
final class RestoreLine {

    private static final String MARK = ": pgha-rescue; ";
    private static final String END = "fi; ";

    private RestoreLine() {}

    /**
     * The line.
     *
     * @param segments where whole, verified segments lie, and nothing else under such a name
     * @param before what is in force, which goes on to be asked for what was not rescued, histories above all
     */
    static String of(Path segments, String before) {
        String place = "'" + segments.toString().replace("%", "%%").replace("'", "'\\''") + "'";
        // A link costs nothing; a copy is for file systems that have no links.
        return MARK + "f=" + place + "/%f; if test -f \"$f\"; then ln \"$f\" \"%p\" 2>/dev/null"
                + " || cp \"$f\" \"%p\" || exit 1; exit 0; " + END + rest(before);
    }

    private static String rest(String before) {
        if (before.startsWith(MARK)) {
            return before.substring(before.indexOf(END) + END.length());
        }
        return before.isBlank() ? "exit 1" : before;
    }
}
