package io.pgha.decision;

import io.pgha.model.Policy.AtBoot;
import io.pgha.plan.Step;

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
        return OperatorRules.decide(w).orElseGet(() -> leftToAPerson(w, byState(w)));
    }

    /** With boot = manual nothing starts a PostgreSQL that this daemon has not seen running, but a person, or what a person began. */
    private static Decision leftToAPerson(World w, Decision decision) {
        boolean isLeft = w.policy().atBoot() == AtBoot.MANUAL
                && !w.tally().seenRunning()
                && !w.tally().bootAsked();
        return isLeft && decision instanceof Decision.Begin begin && starts(begin)
                ? new Decision.Hold(
                        Situation.WAITING_FOR_OPERATOR,
                        "PostgreSQL has not run since this daemon started, and boot = manual: look, then type pgha check-start")
                : decision;
    }

    private static boolean starts(Decision.Begin begin) {
        return begin.plan().steps().stream().anyMatch(Step.StartPostgres.class::isInstance);
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
