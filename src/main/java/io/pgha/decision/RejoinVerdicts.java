package io.pgha.decision;

import io.pgha.decision.Verdicts.Verdict;
import io.pgha.model.NodeState;
import io.pgha.model.PeerMessage;
import io.pgha.model.Rejoin;
import io.pgha.plan.Plan;
import io.pgha.plan.TargetWal;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What comes of pgha rejoin. */
public final class RejoinVerdicts {

    private static final String COPY = "pgha initialize copies the database anew";

    private RejoinVerdicts() {}

    /** The verdict says what of this node's own WAL is lost; whoever then agrees has seen it. */
    public static Verdict rejoin(World w, TargetWal wal) {
        Memory m = w.memory();
        if (m.running().isPresent()) {
            return refused("busy with " + m.running().get().plan().kind().words()
                    + ": it goes on by itself, see pgha status");
        }
        if (m.state() == NodeState.STANDBY) {
            return new Verdict(
                    0,
                    List.of("this node is a standby already (epoch " + m.epoch() + ")"),
                    List.of(),
                    Optional.empty());
        }
        if (m.state() != NodeState.DEPOSED) {
            return refused("this node is " + m.state()
                    + ": pgha rejoin is typed on a node that was replaced as primary (DEPOSED)");
        }
        Optional<PeerMessage> owner = RejoinRules.openOwner(w);
        if (owner.isEmpty()) {
            return refused(unproven(w));
        }
        if (!w.now().isDown()) {
            return refused("PostgreSQL is not stopped here: stop it and type this again; " + COPY);
        }
        return w.now()
                .rejoin()
                .map(rejoin -> verdict(w, owner.get(), rejoin, wal))
                .orElseGet(() -> refused(
                        "what this copy holds is still being read: type this again in a moment"));
    }

    private static String unproven(World w) {
        return w.peer()
                .map(p -> p.node() + " is " + p.state() + " at epoch " + p.epoch() + ", its gate "
                        + p.gateOpen().map(open -> open ? "open" : "closed").orElse("unknown")
                        + (p.activity().isEmpty() ? "" : ", busy with " + p.activity())
                        + ": only the open owner of epoch "
                        + w.memory().epoch() + " is followed; type this again when it is that")
                .orElseGet(
                        () -> w.now().peerId()
                                + "'s daemon is silent: only a proven open owner is followed. Start pgha there");
    }

    private static Verdict verdict(World w, PeerMessage owner, Rejoin rejoin, TargetWal wal) {
        List<String> words = new ArrayList<>();
        switch (rejoin.way()) {
            case START -> words.add("start: " + rejoin.why());
            case REWIND -> {
                words.add("rewind: " + rejoin.why());
                if (rejoin.commits() > 0) {
                    words.add("  " + rejoin.commits()
                            + " commits of clients are discarded; they are saved, and lost to clients. "
                            + "Nothing but a person's word does that");
                }
            }
            case UNKNOWN -> {
                return refused("not known yet: " + rejoin.why());
            }
            case RECLONE -> {
                words.add("reclone: this copy can neither be started nor rewound: "
                        + (rejoin.complaints().isEmpty() ? rejoin.why() : ""));
                rejoin.complaints().forEach(c -> words.add("  " + c));
                words.add(COPY);
                return new Verdict(5, words, List.of(), Optional.empty());
            }
        }
        Plan plan = RejoinRules.plan(w, owner, rejoin, wal);
        return new Verdict(0, words, List.of(), Optional.of(plan));
    }

    private static Verdict refused(String words) {
        return new Verdict(5, List.of(words), List.of(), Optional.empty());
    }
}
