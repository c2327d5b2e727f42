package io.pgha.setup;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A pg_hba.conf. The first line that matches decides (PostgreSQL documentation, "The pg_hba.conf File"), so what is added
 * stands before the first one that would match earlier.
 */
final class HbaFile {

    private static final String HEADER = "# by pgha setup: the roles of the failover daemons";
    private static final Set<String> BY_PASSWORD = Set.of("scram-sha-256", "md5");

    private final List<String> lines;

    /** Each line with those that it continues on, by a backslash at its end. */
    private final List<Rule> rules = new ArrayList<>();

    private record Rule(int line, List<String> words) {}

    private enum Match {
        NO,
        /** It depends on what is not known here: a group, a name, encryption. */
        MAYBE,
        YES
    }

    HbaFile(String text) {
        this.lines = text.lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            int first = i;
            StringBuilder whole = new StringBuilder(lines.get(i));
            while (whole.toString().endsWith("\\") && i + 1 < lines.size()) {
                whole.setLength(whole.length() - 1);
                whole.append(lines.get(++i));
            }
            List<String> words = words(whole.toString());
            if (!words.isEmpty()) {
                rules.add(new Rule(first, words));
            }
        }
    }

    /** Words of a line, quotes kept, without its comment. A blank after a comma does not end a word. */
    private static List<String> words(String line) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '"') {
                quoted = !quoted;
            }
            boolean blank = Character.isWhitespace(c) && !quoted;
            if (c == '#' && !quoted) {
                break;
            }
            if (!blank) {
                word.append(c);
            } else if (word.length() > 0 && word.charAt(word.length() - 1) != ',') {
                words.add(word.toString());
                word.setLength(0);
            }
        }
        if (word.length() > 0) {
            words.add(word.toString());
        }
        return words;
    }

    /** The text with what is missing of {@code wanted}; the same text when nothing is. */
    String with(List<HbaLine> wanted) {
        List<String> missing = new ArrayList<>();
        int at = lines.size();
        for (HbaLine line : wanted) {
            Answer answer = answer(line);
            if (!answer.admits()) {
                missing.add(line.text());
                at = Math.min(at, answer.line());
            }
        }
        List<String> all = new ArrayList<>(lines);
        if (!missing.isEmpty()) {
            missing.add(0, HEADER);
            all.addAll(at, missing);
        }
        return all.isEmpty() ? "" : String.join("\n", all) + "\n";
    }

    /**
     * What the file says now.
     *
     * @param admits it lets that role in by its password
     * @param line the first that could decide otherwise
     */
    private record Answer(boolean admits, int line) {}

    private Answer answer(HbaLine wanted) {
        for (Rule rule : rules) {
            Match match = match(rule.words(), wanted);
            if (match != Match.NO) {
                return new Answer(match == Match.YES && isByPassword(rule.words()), rule.line());
            }
        }
        return new Answer(false, lines.size());
    }

    private static boolean isByPassword(List<String> words) {
        int method = hasMask(words) ? 5 : 4;
        return words.size() > method && BY_PASSWORD.contains(words.get(method));
    }

    private static boolean hasMask(List<String> words) {
        return words.size() > 5 && words.get(4).matches("[0-9a-fA-F.:]*[.:][0-9a-fA-F.:]*");
    }

    private static Match match(List<String> words, HbaLine wanted) {
        String type = words.get(0);
        if (type.startsWith("include") || type.startsWith("@")) {
            return Match.MAYBE;
        }
        if (!type.startsWith("host") || words.size() < 5) {
            return Match.NO;
        }
        Match match = type.equals("host") ? Match.YES : Match.MAYBE;
        match = least(match, database(words.get(1), wanted));
        match = least(match, role(words.get(2), wanted.role()));
        return least(match, address(words, wanted.address()));
    }

    private static Match least(Match a, Match b) {
        return a.compareTo(b) <= 0 ? a : b;
    }

    private static Match most(Match a, Match b) {
        return a.compareTo(b) >= 0 ? a : b;
    }

    private static Match database(String list, HbaLine wanted) {
        boolean streams = wanted.database().equals(HbaLine.REPLICATION);
        Match best = Match.NO;
        for (String word : list.split(",", -1)) {
            Match match = switch (word) {
                // "all" is every database, and streaming is none.
                case "all" -> streams ? Match.NO : Match.YES;
                case "replication" -> streams ? Match.YES : Match.NO;
                case "sameuser", "samerole", "samegroup" -> streams ? Match.NO : Match.MAYBE;
                default -> streams ? Match.NO : name(word, wanted.database());
            };
            best = most(best, match);
        }
        return best;
    }

    private static Match role(String list, String role) {
        Match best = Match.NO;
        for (String word : list.split(",", -1)) {
            Match match = word.equals("all")
                    ? Match.YES
                    : word.startsWith("+") ? Match.MAYBE : name(word, role);
            best = most(best, match);
        }
        return best;
    }

    /** A plain name, a file of names (@), or from PostgreSQL 16 on a pattern (/). */
    private static Match name(String word, String name) {
        String bare = word.replace("\"", "");
        if (bare.startsWith("@") || bare.startsWith("/")) {
            return Match.MAYBE;
        }
        return bare.equals(name) ? Match.YES : Match.NO;
    }

    private static Match address(List<String> words, String address) {
        String written = words.get(3).replace("\"", "");
        if (written.equals("all")) {
            return Match.YES;
        }
        String[] parts = written.split("/", -1);
        if (!isLiteral(parts[0]) || !isLiteral(address)) {
            return parts[0].equals(address) ? Match.YES : Match.MAYBE;
        }
        try {
            byte[] network = InetAddress.getByName(parts[0]).getAddress();
            byte[] here = InetAddress.getByName(address).getAddress();
            int bits = parts.length == 2
                    ? Integer.parseInt(parts[1])
                    : hasMask(words) ? maskBits(words.get(4)) : network.length * Byte.SIZE;
            return isWithin(here, network, bits) ? Match.YES : Match.NO;
        } catch (UnknownHostException | NumberFormatException e) {
            return Match.MAYBE;
        }
    }

    private static boolean isLiteral(String text) {
        return text.contains(":") || text.matches("\\d{1,3}(\\.\\d{1,3}){3}");
    }

    private static int maskBits(String mask) throws UnknownHostException {
        int bits = 0;
        for (byte part : InetAddress.getByName(mask).getAddress()) {
            bits += Integer.bitCount(part & 0xff);
        }
        return bits;
    }

    private static boolean isWithin(byte[] address, byte[] network, int bits) {
        if (address.length != network.length) {
            return false;
        }
        for (int bit = 0; bit < Math.min(bits, address.length * Byte.SIZE); bit++) {
            int shift = Byte.SIZE - 1 - bit % Byte.SIZE;
            int differs = address[bit / Byte.SIZE] ^ network[bit / Byte.SIZE];
            if (((differs >> shift) & 1) != 0) {
                return false;
            }
        }
        return true;
    }
}
