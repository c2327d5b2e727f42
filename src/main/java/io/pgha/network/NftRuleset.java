package io.pgha.network;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;

/**
 * The gate in the language of nft(8): one table for both families, one chain for each direction, sets for what changes.
 *
 * <p>Priority -10 is before the filter chains of others, whose accept cannot overrule ours. Each rule carries a comment with its
 * place and a checksum of the whole ruleset, by which a look knows it again without reading its expression, which every release
 * of nft prints in its own way.
 */
final class NftRuleset {

    static final int PRIORITY = -10;
    static final List<String> DIRECTIONS = List.of("input", "output");
    static final String OPEN = "open";

    private final GateRules gate;
    private final String table;
    private final String mark;

    NftRuleset(GateRules gate) {
        this.gate = gate;
        this.table = "inet " + gate.kernelName();
        CRC32 sum = new CRC32();
        String all = gate.words() + bodies("input") + bodies("output");
        sum.update(all.getBytes(StandardCharsets.UTF_8));
        this.mark = String.format("%08x", sum.getValue());
    }

    static String permit(int slot) {
        return "permit_" + slot;
    }

    static String granted(int slot) {
        return "granted_" + slot;
    }

    /** What the rules of a direction match and do, in order. */
    private List<String> bodies(String direction) {
        boolean in = direction.equals("input");
        String ours = in ? "tcp dport" : "tcp sport";
        String theirs = in ? "saddr" : "daddr";
        String observer = gate.observerPort()
                .map(port -> (in ? " tcp sport" : " tcp dport") + " != " + port)
                .orElse("");
        List<String> rules = new ArrayList<>();
        rules.add("meta l4proto != tcp accept");
        rules.add(ours + " != { " + GateRules.list(gate.ports()) + " } accept");
        rules.add((in ? "iifname" : "oifname") + " \"lo\" accept");
        exempt(rules, "ip " + theirs, gate.exempt4(), observer);
        exempt(rules, "ip6 " + theirs, gate.exempt6(), observer);
        rules.add(ours + " @" + OPEN + " accept");
        for (int slot = 0; slot < Gate.SLOTS; slot++) {
            rules.add(ours + " @" + permit(slot) + " " + ours + " @" + granted(slot) + " accept");
        }
        if (in) {
            rules.add("reject with tcp reset");
        } else {
            // Our own resets must get out: they are what tells a client that the gate is closed.
            rules.add("tcp flags & rst == rst accept");
            rules.add("drop");
        }
        return rules;
    }

    private static void exempt(
            List<String> rules, String address, List<String> all, String observer) {
        if (!all.isEmpty()) {
            rules.add(address + braces(all) + observer + " accept");
        }
    }

    /** The comments of a direction's rules, in order. */
    List<String> comments(String direction) {
        List<String> comments = new ArrayList<>();
        for (int i = 0; i < bodies(direction).size(); i++) {
            comments.add("pgha-" + direction + "-" + i + "-" + mark);
        }
        return comments;
    }

    /** Commands that make the table, or mend it, and leave the sets of open and slots as they are. */
    String install() {
        StringBuilder text = new StringBuilder();
        line(text, "add table " + table);
        line(text, "add set " + table + " " + OPEN + " { type inet_service; }");
        for (int slot = 0; slot < Gate.SLOTS; slot++) {
            line(text, "add set " + table + " " + granted(slot) + " { type inet_service; }");
            line(
                    text,
                    "add set " + table + " " + permit(slot)
                            + " { type inet_service; flags timeout; }");
        }
        for (String direction : DIRECTIONS) {
            line(
                    text,
                    "add chain " + table + " " + direction + " { type filter hook " + direction
                            + " priority " + PRIORITY + "; policy accept; }");
            line(text, "flush chain " + table + " " + direction);
            List<String> comments = comments(direction);
            List<String> bodies = bodies(direction);
            for (int i = 0; i < bodies.size(); i++) {
                line(
                        text,
                        "add rule " + table + " " + direction + " " + bodies.get(i) + " comment \""
                                + comments.get(i) + "\"");
            }
        }
        return text.toString();
    }

    /** Adding first makes the delete succeed where there is none. */
    String remove() {
        return "add table " + table + "\ndelete table " + table + "\n";
    }

    String open() {
        return flush(OPEN) + "add element " + table + " " + OPEN + braces(gate.ports()) + "\n";
    }

    /** Ends every way through, in one transaction. */
    String close() {
        StringBuilder text = new StringBuilder(flush(OPEN));
        for (int slot = 0; slot < Gate.SLOTS; slot++) {
            text.append(flush(granted(slot))).append(flush(permit(slot)));
        }
        return text.toString();
    }

    /** Ungrants, and permits anew if there is time to permit. A timeout of 0 would be permanent, so it is never written. */
    String permit(int slot, long millis) {
        String ended = flush(granted(slot)) + flush(permit(slot));
        return millis < 1
                ? ended
                : ended + "add element " + table + " " + permit(slot) + " { "
                        + String.join(
                                ", ",
                                gate.ports().stream()
                                        .map(port -> port + " timeout " + time(millis))
                                        .toList())
                        + " }\n";
    }

    String grant(int slot) {
        return flush(granted(slot)) + "add element " + table + " " + granted(slot)
                + braces(gate.ports()) + "\n";
    }

    String ungrant(int slot) {
        return flush(granted(slot));
    }

    private String flush(String set) {
        return "flush set " + table + " " + set + "\n";
    }

    private static String time(long millis) {
        return millis / 1000 > 0
                ? millis / 1000 + "s" + (millis % 1000 > 0 ? millis % 1000 + "ms" : "")
                : millis + "ms";
    }

    private static String braces(List<?> elements) {
        return " { " + GateRules.list(elements) + " }";
    }

    private static void line(StringBuilder text, String command) {
        text.append(command).append('\n');
    }
}
