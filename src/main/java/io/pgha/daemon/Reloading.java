package io.pgha.daemon;

import io.pgha.config.InvalidConfiguration;
import io.pgha.config.Running;
import io.pgha.config.Running.Change;
import io.pgha.config.Running.Reading;
import io.pgha.engine.Configured;
import io.pgha.engine.Event;
import io.pgha.engine.EventLine;
import io.pgha.engine.Reconfiguring;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Reads the configuration anew when it is told to: a file that is not sound changes nothing; of a sound one takes effect what
 * may change live, and the rest is named until a restart has put it in force.
 */
final class Reloading {

    private static final int LONGEST_WORDS = 600;

    private final Reconfiguring engine;
    private final EventLog events;
    private final Supervision supervision;
    private volatile Running inForce;
    private Optional<String> waiting = Optional.empty();

    Reloading(Running first, Reconfiguring engine, EventLog events, Supervision supervision) {
        this.inForce = first;
        this.engine = engine;
        this.events = events;
        this.supervision = supervision;
    }

    /** On the thread of the signal, one at a time. */
    synchronized void reload() {
        supervision.reloading();
        try {
            take(inForce.reread());
        } catch (InvalidConfiguration e) {
            String why = "the configuration file was refused, and nothing of it is in force: "
                    + shortened(String.valueOf(e.getMessage()).replace("\n", "; "))
                    + ". Mend it, then systemctl reload pgha";
            events.accept(new Event(EventLine.Severity.WARN, "configuration_refused", why));
            remark(Optional.of(why));
        } finally {
            supervision.ready();
        }
    }

    private void take(Reading reading) {
        waiting = reading.waiting().isEmpty()
                ? Optional.empty()
                : Optional.of("the configuration file has values that need a restart: "
                        + words(reading.waiting())
                        + reading.contradiction()
                                .map(why ->
                                        "; what else may change live waits too, since with what is in force "
                                                + why)
                                .orElse("")
                        + ". Type systemctl restart pgha, which no client notices");
        remark(Optional.empty());
        engine.ask(
                new Configured(
                        reading.next().settings().digest(),
                        reading.next().settings().policy()),
                () -> isTaken(reading));
        waiting.ifPresent(why -> events.accept(
                new Event(EventLine.Severity.WARN, "configuration_needs_restart", why)));
    }

    /** On the engine's thread. */
    private void isTaken(Reading reading) {
        inForce = reading.next();
        events.call(inForce.settings().onEvent(), inForce.settings().onEventTimeout());
        events.accept(new Event(
                EventLine.Severity.INFO,
                "configuration_reloaded",
                reading.applied().isEmpty()
                        ? "the configuration was read anew: nothing changes live"
                        : "the configuration was read anew, in force: "
                                + words(reading.applied())));
    }

    private void remark(Optional<String> refused) {
        List<String> remarks = new ArrayList<>();
        refused.ifPresent(remarks::add);
        waiting.ifPresent(remarks::add);
        engine.remark(remarks);
    }

    private static String words(List<Change> changes) {
        return shortened(changes.stream().map(Change::toString).collect(Collectors.joining(", ")));
    }

    private static String shortened(String words) {
        return words.length() > LONGEST_WORDS ? words.substring(0, LONGEST_WORDS) + " ..." : words;
    }
}
