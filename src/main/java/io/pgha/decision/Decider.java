package io.pgha.decision;

/** One decision a turn: the rules of the state this node is in. */
public final class Decider {

    private Decider() {}

    /** Pure: the same world gives the same decision. */
    public static Decision decide(World w) {
        if (w.memory().running().isPresent()) {
            return Overtaking.decide(w, w.memory().running().get())
                    .orElseGet(() -> new Decision.Hold(
                            Situation.BUSY,
                            w.memory().running().get().plan().kind().words() + " is under way"));
        }
        return OperatorRules.decide(w).orElseGet(() -> byState(w));
    }

    private static Decision byState(World w) {
        return switch (w.memory().state()) {
            case UNDECIDED -> UndecidedRules.decide(w);
            case PRIMARY -> PrimaryRules.decide(w);
            case STANDBY -> StandbyRules.decide(w);
            case PROMOTING -> HandoverRules.promoting(w);
            case ISOLATED -> UndecidedRules.isolated(w);
            case CEDED -> HandoverRules.ceded(w);
            case RELEASING -> HandoverRules.releasing(w);
            case RELEASED -> HandoverRules.released(w);
            case RECONCILING -> MeetingRules.reconciling(w);
            case DEPOSED -> HandoverRules.deposed(w);
            case CONFLICT -> MeetingRules.conflict(w);
        };
    }
}
