package io.pgha.engine;

import io.pgha.decision.LeaseRules;
import io.pgha.decision.Leases;
import io.pgha.decision.World;
import io.pgha.model.ArbiterReply;
import io.pgha.model.ArbiterView;
import io.pgha.model.MonoTime;
import io.pgha.model.NodeState;
import io.pgha.model.Register;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The lease in words, for {@code pgha status}. */
final class LeaseWords {

    private LeaseWords() {}

    /** What is held, granted and registered; empty without a lease guard. */
    static List<String> of(World w) {
        if (!w.policy().guard().isLease()) {
            return List.of();
        }
        List<String> words = new ArrayList<>();
        MonoTime now = w.now().at();
        Leases l = w.tally().leases();
        if (w.memory().state() == NodeState.PRIMARY) {
            words.add(l.heldAt(now)
                    .map(h -> "held for epoch " + h.epoch() + ", "
                            + h.until().since(now).toMillis() + " ms left")
                    .orElse("none held: the gate is closed"));
            w.memory()
                    .votes()
                    .alone()
                    .ifPresent(why -> words.add("not needed, this node stands alone: " + why));
        } else {
            // Of what an earlier start granted nobody knows more than how long the longest was.
            Duration rest = LeaseRules.ownRest(w);
            if (!rest.isZero()) {
                words.add("granted to " + w.now().peerId() + ", over in at most " + rest.toMillis()
                        + " ms");
            }
        }
        words.add(arbiter(w.now().arbiter(), now));
        return words;
    }

    private static String arbiter(ArbiterView view, MonoTime now) {
        if (!view.trouble().isEmpty()) {
            return "arbiter: " + view.trouble();
        }
        Optional<Register> register = view.reply().flatMap(ArbiterReply::register);
        String held = register.map(r -> "epoch " + r.epoch() + " of " + r.owner()
                        + (r.leased() ? "" : ", claimed and not opened yet"))
                .orElse("knows nothing of this pair yet");
        return "arbiter: " + held
                + view.askedAt()
                        .map(at -> ", asked " + now.since(at).toMillis() + " ms ago")
                        .orElse("");
    }
}
