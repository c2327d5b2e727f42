package io.pgha.json;

/** JSON for people: each member on a line of its own, the items of an array on one. */
public final class Layout {

    private static final String STEP = "  ";

    private final String compact;
    private final StringBuilder out;

    /** The brackets that are open. */
    private final StringBuilder open = new StringBuilder();

    private Layout(String compact) {
        this.compact = compact;
        this.out = new StringBuilder(2 * compact.length());
    }

    /**
     * The same JSON, laid out; without a line end at its end.
     *
     * @param compact JSON without white space between its values
     */
    public static String indented(String compact) {
        Layout layout = new Layout(compact);
        int at = 0;
        while (at < compact.length()) {
            at = layout.put(at);
        }
        return layout.out.toString();
    }

    /** Puts what begins there, and says where it ends. */
    private int put(int at) {
        char c = compact.charAt(at);
        switch (c) {
            case '"' -> {
                int end = endOfText(at);
                out.append(compact, at, end);
                return end;
            }
            case '{', '[' -> {
                char next = compact.charAt(at + 1);
                out.append(c);
                if (next == '}' || next == ']') {
                    out.append(' ').append(next);
                    return at + 2;
                }
                open.append(c);
                space();
            }
            case '}', ']' -> {
                boolean inObject = isInObject();
                open.setLength(open.length() - 1);
                if (inObject) {
                    line();
                } else {
                    out.append(' ');
                }
                out.append(c);
            }
            case ',' -> {
                out.append(c);
                space();
            }
            case ':' -> out.append(" : ");
            default -> out.append(c);
        }
        return at + 1;
    }

    private boolean isInObject() {
        return open.charAt(open.length() - 1) == '{';
    }

    private void space() {
        if (isInObject()) {
            line();
        } else {
            out.append(' ');
        }
    }

    private void line() {
        out.append('\n');
        long depth = open.chars().filter(bracket -> bracket == '{').count();
        out.append(STEP.repeat((int) depth));
    }

    private int endOfText(int begin) {
        int at = begin + 1;
        while (compact.charAt(at) != '"') {
            at = at + (compact.charAt(at) == '\\' ? 2 : 1);
        }
        return at + 1;
    }
}
