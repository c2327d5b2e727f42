package io.pgha.cli;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A shipped configuration file as a section of a manual: it is the one place where the keys are described. What stands before the
 * first key or heading is prose; a comment belongs to the key that follows it.
 */
final class KeysPage {

    private static final Pattern HEADING = Pattern.compile("# ---- (.*?) -+");
    private static final Pattern PROSE = Pattern.compile("#(?: (.*))?");
    private static final Pattern KEY = Pattern.compile("#?([a-z][a-z0-9_.]*) = (.*)");
    private static final Pattern BLOCK = Pattern.compile("#?([a-z][a-z0-9_]*) \\{");
    private static final Pattern END = Pattern.compile("#?}");

    private final StringBuilder page = new StringBuilder();
    private final List<String> comment = new ArrayList<>();
    private final Deque<String> blocks = new ArrayDeque<>();
    private boolean isAfterHeading = true;

    private KeysPage() {}

    /** The lines of the file as man(7). */
    static String of(List<String> lines) {
        KeysPage page = new KeysPage();
        lines.stream().map(String::strip).forEach(page::line);
        page.prose();
        return page.page.toString();
    }

    private void line(String line) {
        Matcher heading = HEADING.matcher(line);
        Matcher key = KEY.matcher(line);
        Matcher block = BLOCK.matcher(line);
        Matcher prose = PROSE.matcher(line);
        if (line.isEmpty()) {
            prose();
        } else if (heading.matches()) {
            prose();
            page.append(".SS ").append(Roff.text(heading.group(1))).append('\n');
            isAfterHeading = true;
        } else if (block.matches()) {
            prose();
            blocks.addLast(block.group(1));
        } else if (END.matcher(line).matches()) {
            blocks.pollLast();
        } else if (key.matches()) {
            key(key.group(1), key.group(2));
        } else if (prose.matches()) {
            comment.add(prose.group(1) == null ? "" : prose.group(1));
        } else {
            throw new IllegalArgumentException("neither key nor comment: " + line);
        }
    }

    private void prose() {
        while (!comment.isEmpty() && comment.get(0).isEmpty()) {
            comment.remove(0);
        }
        if (!comment.isEmpty()) {
            page.append(isAfterHeading ? "" : ".PP\n");
            paragraphs(".PP\n");
        }
    }

    private void key(String name, String value) {
        String path = String.join(".", blocks) + (blocks.isEmpty() ? "" : ".") + name;
        page.append(".TP\n").append(Roff.bold(path));
        page.append(Roff.text(" = " + value)).append('\n');
        isAfterHeading = false;
        if (comment.isEmpty()) {
            page.append("as above\n");
        } else {
            paragraphs(".IP\n");
        }
    }

    /** Lines further in than a space are a table or an example, and keep their breaks. */
    private void paragraphs(String paragraph) {
        boolean isTable = false;
        for (String line : comment) {
            boolean isRow = line.startsWith("  ");
            if (isRow && !isTable) {
                page.append(isAfterHeading ? "" : paragraph).append(".nf\n");
            } else if (isTable && !isRow) {
                page.append(".fi\n").append(line.isEmpty() ? "" : paragraph);
            }
            isTable = isRow;
            isAfterHeading = false;
            if (line.isEmpty()) {
                page.append(paragraph);
            } else {
                page.append(line.startsWith("Default: ") ? ".br\n" : "");
                page.append(Roff.text(line)).append('\n');
            }
        }
        page.append(isTable ? ".fi\n" : "");
        comment.clear();
    }
}
