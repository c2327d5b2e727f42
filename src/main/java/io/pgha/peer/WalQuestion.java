package io.pgha.peer;

import io.pgha.model.Lsn;

import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What is asked for, as one line. It names no file: the answering side makes the names.
 *
 * @param cede the id of the cede that gives the right to ask
 * @param timeline the ceded one
 * @param from first byte
 * @param to behind the last byte
 */
record WalQuestion(String cede, int timeline, Lsn from, Lsn to) {

    private static final Pattern FORM = Pattern.compile(
            "wal 1 (\\S{1,100}) (\\d{1,9}) ([0-9A-F]{1,8}/[0-9A-F]{1,8}) ([0-9A-F]{1,8}/[0-9A-F]{1,8})");

    byte[] line() {
        return ("wal 1 " + cede + " " + timeline + " " + from + " " + to + "\n")
                .getBytes(StandardCharsets.UTF_8);
    }

    /** @throws WalShelf.Closed when the line is not of that form */
    static WalQuestion parse(byte[] line) throws WalShelf.Closed {
        Matcher found = FORM.matcher(new String(line, StandardCharsets.UTF_8));
        if (!found.matches()) {
            throw new WalShelf.Closed("the question is not one that this version knows");
        }
        WalQuestion question = new WalQuestion(
                found.group(1),
                Integer.parseInt(found.group(2)),
                Lsn.parse(found.group(3)),
                Lsn.parse(found.group(4)));
        if (question.from.compareTo(question.to) >= 0) {
            throw new WalShelf.Closed(
                    "nothing lies between " + question.from + " and " + question.to);
        }
        return question;
    }
}
