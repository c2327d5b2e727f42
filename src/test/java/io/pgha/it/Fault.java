package io.pgha.it;

import java.util.List;
import java.util.Locale;

/** What {@link Bench} does to node 1, the primary, while clients write. */
enum Fault {
    /** Its postmaster is killed. */
    CRASH {
        @Override
        long strike(Lab lab) {
            return lab.node1().postgres().crash();
        }
    },
    /** Every process of its PostgreSQL stops, and none of the sockets closes. */
    HANG {
        @Override
        long strike(Lab lab) {
            return lab.node1().postgres().hangAll();
        }
    },
    /** The machine is gone, without a word. */
    POWER_LOSS {
        @Override
        long strike(Lab lab) {
            return lab.node1().powerOff();
        }
    },
    /** The machine lives and is alone. */
    CUT_OFF {
        @Override
        long strike(Lab lab) {
            long now = System.nanoTime();
            lab.node1().cut(Wires.Side.EVERYTHING);
            return now;
        }
    },
    /** Somebody stops PostgreSQL and does not start it again. */
    CLEAN_STOP {
        @Override
        long strike(Lab lab) {
            long now = System.nanoTime();
            lab.node1().postgres().stop();
            return now;
        }
    },
    /** The role is handed over by release and initialize. */
    HANDOVER {
        @Override
        long strike(Lab lab) {
            long now = System.nanoTime();
            type(lab.node1(), List.of("release", "--yes"));
            type(lab.node2(), List.of("initialize", "--as", "primary", "--yes"));
            return now;
        }
    };

    /** Does it; returns the moment just before, on System.nanoTime. */
    abstract long strike(Lab lab);

    private static void type(LabNode node, List<String> command) {
        node.daemon().run(command).orFail();
    }

    /** As it is typed. */
    String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static Fault of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT).replace('-', '_'));
    }
}
