package io.pgha.postgres;

import io.pgha.model.Fork;
import io.pgha.model.Lsn;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What two histories of timelines have in common. Equal numbers are not equal timelines: what went before must be equal too. */
public final class Ancestry {

    /** Behind everything: a timeline that neither has left. */
    public static final Lsn NOT_LEFT = new Lsn(-1);

    private Ancestry() {}

    /**
     * The last timeline that both have been on, and where the first of them left it; empty: none.
     *
     * @param mine the forks of one history, oldest first
     * @param myTimeline the timeline that it leads to
     * @param theirs the forks of the other
     * @param theirTimeline the timeline that this one leads to
     */
    public static Optional<Fork> parted(
            List<Fork> mine, int myTimeline, List<Fork> theirs, int theirTimeline) {
        List<Fork> one = whole(mine, myTimeline);
        List<Fork> other = whole(theirs, theirTimeline);
        Optional<Fork> common = Optional.empty();
        for (int i = 0; i < Math.min(one.size(), other.size()); i++) {
            boolean sameBegin =
                    i == 0 || one.get(i - 1).at().equals(other.get(i - 1).at());
            if (!sameBegin || one.get(i).timeline() != other.get(i).timeline()) {
                return common;
            }
            Lsn first = one.get(i).at();
            Lsn second = other.get(i).at();
            common = Optional.of(
                    new Fork(one.get(i).timeline(), first.compareTo(second) < 0 ? first : second));
        }
        return common;
    }

    private static List<Fork> whole(List<Fork> forks, int timeline) {
        List<Fork> whole = new ArrayList<>(forks);
        whole.add(new Fork(timeline, NOT_LEFT));
        return whole;
    }
}
