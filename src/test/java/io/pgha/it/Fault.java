package io.pgha.it;

import java.util.List;
import java.util.Locale;

/** What {@link Bench} does to the primary while clients write. */
enum Fault {
    /** Its postmaster is killed. */
    CRASH("PostgreSQL killed") {
        @Override
        long strike(Lab lab, LabNode primary) {
            return primary.postgres().crash();
        }
    },
    /** The same while 12 MB, and the rows written beside them, have not left it: its standby's receiver stands still. */
    CRASH_BEHIND("PostgreSQL killed, standby 12 MB behind") {
        @Override
        long strike(Lab lab, LabNode primary) {
            RescueIT.fallBehind(lab, primary, 12);
            return primary.postgres().crash();
        }
    },
    /** Every process of its PostgreSQL stops, and none of the sockets closes. */
    HANG("PostgreSQL hangs") {
        @Override
        long strike(Lab lab, LabNode primary) {
            return primary.postgres().hangAll();
        }
    },
    /** The machine is gone, without a word; it is switched on again when the other node serves. */
    POWER_LOSS("power loss") {
        @Override
        long strike(Lab lab, LabNode primary) {
            return primary.powerOff();
        }

        @Override
        void end(Lab lab, LabNode struck) {
            lab.powerOn(struck);
        }
    },
    /** The machine lives and is alone, until the other node serves. */
    CUT_OFF("cut off from everybody") {
        @Override
        long strike(Lab lab, LabNode primary) {
            long now = System.nanoTime();
            primary.cut(Wires.Side.EVERYTHING);
            return now;
        }

        @Override
        void end(Lab lab, LabNode struck) {
            lab.heal();
        }
    },
    /** Only clients still reach it: the cut that makes two primaries where nothing takes the role away. */
    ISOLATED("only clients still reach it") {
        @Override
        long strike(Lab lab, LabNode primary) {
            long now = System.nanoTime();
            primary.cut(Wires.Side.PEER);
            primary.cut(Wires.Side.ARBITER);
            return now;
        }

        @Override
        void end(Lab lab, LabNode struck) {
            lab.heal();
        }
    },
    /** Nobody hears it any more; it hears everybody. */
    SILENCED("nobody hears it") {
        @Override
        long strike(Lab lab, LabNode primary) {
            long now = System.nanoTime();
            primary.silence(Wires.Side.EVERYTHING);
            return now;
        }

        @Override
        void end(Lab lab, LabNode struck) {
            lab.heal();
        }
    },
    /** It hears nobody any more; everybody hears it. */
    DEAFENED("it hears nobody") {
        @Override
        long strike(Lab lab, LabNode primary) {
            long now = System.nanoTime();
            primary.deafen(Wires.Side.EVERYTHING);
            return now;
        }

        @Override
        void end(Lab lab, LabNode struck) {
            lab.heal();
        }
    },
    /** Its daemon is stopped (SIGSTOP) over a healthy PostgreSQL, and wakes when the other node serves. */
    DAEMON_STOPPED("its daemon is stopped (SIGSTOP)") {
        @Override
        long strike(Lab lab, LabNode primary) {
            long now = System.nanoTime();
            primary.daemon().freeze();
            return now;
        }

        @Override
        void end(Lab lab, LabNode struck) {
            struck.daemon().thaw();
        }
    },
    /** Daemon and PostgreSQL are stopped together, and wake together when the other node serves. */
    FROZEN("PostgreSQL and daemon are frozen") {
        @Override
        long strike(Lab lab, LabNode primary) {
            long now = primary.postgres().hangAll();
            primary.daemon().freeze();
            return now;
        }

        @Override
        void end(Lab lab, LabNode struck) {
            struck.postgres().resume();
            struck.daemon().thaw();
        }
    },
    /** Somebody stops PostgreSQL and does not start it again. */
    CLEAN_STOP("clean stop") {
        @Override
        long strike(Lab lab, LabNode primary) {
            long now = System.nanoTime();
            primary.postgres().stop();
            return now;
        }
    },
    /** The nodes change roles on an operator's word. */
    SWITCHOVER("switchover") {
        @Override
        long strike(Lab lab, LabNode primary) {
            long now = System.nanoTime();
            type(primary, List.of("switchover", "--yes"));
            return now;
        }
    },
    /** The role is handed over by release and initialize. */
    HANDOVER("release and initialize") {
        @Override
        long strike(Lab lab, LabNode primary) {
            long now = System.nanoTime();
            type(primary, List.of("release", "--yes"));
            type(lab.other(primary), List.of("initialize", "--as", "primary", "--yes"));
            return now;
        }
    };

    private final String title;

    Fault(String title) {
        this.title = title;
    }

    /** What breaks, for a reader. */
    String title() {
        return title;
    }

    /** Whether a person wants it: then it can be done without anything to be found out. */
    boolean isPlanned() {
        return this == SWITCHOVER || this == HANDOVER;
    }

    /** Does it; returns the moment just before, on System.nanoTime. */
    abstract long strike(Lab lab, LabNode primary);

    /** Takes away what would keep the struck node from coming back. */
    void end(Lab lab, LabNode struck) {}

    private static void type(LabNode node, List<String> command) {
        node.daemon().run(command).orFail();
    }

    /** Whether only a lease takes the role away in it: other guards wait for a person, or for ever. */
    boolean needsLease() {
        return this == DAEMON_STOPPED || this == FROZEN || this == ISOLATED;
    }

    /** As it is typed. */
    String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * The fault of that word.
     *
     * @throws IllegalArgumentException when there is none
     */
    static Fault of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT).replace('-', '_'));
    }
}
