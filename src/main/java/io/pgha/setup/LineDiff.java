package io.pgha.setup;

import java.util.ArrayList;
import java.util.List;

/** What a change of a text file looks like: lines that go with a minus, lines that come with a plus, two lines around them. */
final class LineDiff {

    private static final int AROUND = 2;

    /** Beyond that many pairs of lines the middle is shown as replaced as a whole. */
    private static final long MOST_PAIRS = 4_000_000;

    private final List<String> before;
    private final List<String> after;
    private final List<String> all = new ArrayList<>();

    private LineDiff(List<String> before, List<String> after) {
        this.before = before;
        this.after = after;
    }

    static List<String> of(String before, String after) {
        LineDiff diff = new LineDiff(before.lines().toList(), after.lines().toList());
        diff.compare();
        return diff.shortened();
    }

    private void compare() {
        int same = 0;
        int shorter = Math.min(before.size(), after.size());
        while (same < shorter && before.get(same).equals(after.get(same))) {
            all.add(" " + before.get(same++));
        }
        int tail = 0;
        while (tail < shorter - same
                && before.get(before.size() - 1 - tail)
                        .equals(after.get(after.size() - 1 - tail))) {
            tail++;
        }
        middle(
                before.subList(same, before.size() - tail),
                after.subList(same, after.size() - tail));
        before.subList(before.size() - tail, before.size()).forEach(l -> all.add(" " + l));
    }

    private void middle(List<String> from, List<String> to) {
        if ((long) from.size() * to.size() > MOST_PAIRS) {
            from.forEach(l -> all.add("-" + l));
            to.forEach(l -> all.add("+" + l));
            return;
        }
        int[][] common = new int[from.size() + 1][to.size() + 1];
        for (int i = from.size() - 1; i >= 0; i--) {
            for (int j = to.size() - 1; j >= 0; j--) {
                common[i][j] = from.get(i).equals(to.get(j))
                        ? common[i + 1][j + 1] + 1
                        : Math.max(common[i + 1][j], common[i][j + 1]);
            }
        }
        int i = 0;
        int j = 0;
        while (i < from.size() || j < to.size()) {
            if (i < from.size() && j < to.size() && from.get(i).equals(to.get(j))) {
                all.add(" " + from.get(i++));
                j++;
            } else if (j == to.size()
                    || (i < from.size() && common[i + 1][j] >= common[i][j + 1])) {
                all.add("-" + from.get(i++));
            } else {
                all.add("+" + to.get(j++));
            }
        }
    }

    private List<String> shortened() {
        List<String> shown = new ArrayList<>();
        boolean gap = false;
        for (int i = 0; i < all.size(); i++) {
            if (isNearChange(i)) {
                if (gap) {
                    shown.add("...");
                }
                gap = false;
                shown.add(all.get(i));
            } else {
                gap = true;
            }
        }
        return shown;
    }

    private boolean isNearChange(int at) {
        int to = Math.min(all.size() - 1, at + AROUND);
        for (int i = Math.max(0, at - AROUND); i <= to; i++) {
            if (!all.get(i).startsWith(" ")) {
                return true;
            }
        }
        return false;
    }
}
