package io.pgha.http;

import io.pgha.engine.EventLine;
import io.pgha.engine.FrontDesk;
import io.pgha.engine.Reply;
import io.pgha.engine.Status;
import io.pgha.engine.Status.Ended;
import io.pgha.engine.Status.Running;
import io.pgha.model.GateState;
import io.pgha.model.MonoTime;
import io.pgha.model.NodeState;
import io.pgha.model.Policy;

import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** Answers one call on the control socket. Everything is written here, so that a client is a pipe and starts fast. */
final class ControlPages {

    private static final Duration LOOK = Duration.ofMillis(200);
    private static final Duration BEAT = Duration.ofSeconds(1);
    private static final Duration PLAN_GRACE = Duration.ofSeconds(3);
    /** How long a command waits for the other node to take an epoch that was given up. */
    private static final Duration HANDOVER = Duration.ofSeconds(30);

    private static final int MAX_EVENTS = 10_000;

    private final FrontDesk desk;
    private final Supplier<Policy> policy;
    private final Supplier<MonoTime> clock;
    private final RoleCheck roles;
    private final StatusJson json = new StatusJson();

    ControlPages(FrontDesk desk, Supplier<Policy> policy, Supplier<MonoTime> clock) {
        this.desk = desk;
        this.policy = policy;
        this.clock = clock;
        this.roles = new RoleCheck(staleAfter(policy.get()));
    }

    /** A living engine turns at least once an interval; three of them and some load are no reason to doubt it. */
    static Duration staleAfter(Policy policy) {
        return policy.interval().multipliedBy(3).plusSeconds(5);
    }

    void answer(Call call, Wire wire) throws IOException {
        switch (call.command()) {
            case STATUS -> {
                Status status = desk.status();
                send(wire, Answer.text(page(status, call.form())));
                send(wire, Answer.end(status.exitCode()));
            }
            case WATCH -> watch(call, wire);
            case IS_PRIMARY -> verdict(call, roles.primary(desk.status(), clock.get()), wire);
            case GATE_STATUS -> gate(call, wire);
            case EVENTS -> {
                for (EventLine event : desk.events(count(call))) {
                    send(wire, Answer.text(line(event, call.form())));
                }
                send(wire, Answer.end(0));
            }
            case FOLLOW_EVENTS -> followEvents(call, wire);
            case EXPLAIN -> {
                Status status = desk.status();
                send(
                        wire,
                        Answer.text(
                                call.form() == Call.Form.JSON
                                        ? page(status, call.form())
                                        : ExplainText.of(status, policy.get())));
                send(wire, Answer.end(0));
            }
            case FOLLOW -> follow(call.plan().orElse(""), wire);
            case ASK -> ask(call, wire);
        }
    }

    private String page(Status status, Call.Form form) {
        return form == Call.Form.JSON
                ? json.status(status, clock.get()) + "\n"
                : StatusText.of(status, clock.get(), form);
    }

    private void verdict(Call call, RoleCheck.Verdict verdict, Wire wire) throws IOException {
        String text = call.form() == Call.Form.JSON
                ? FlatLine.write(Map.of("primary", verdict.yes()))
                : (verdict.yes() ? "primary: " : "not primary: ") + verdict.why();
        send(wire, Answer.text(text + "\n"));
        send(wire, Answer.end(verdict.yes() ? 0 : 1));
    }

    private void gate(Call call, Wire wire) throws IOException {
        Status status = desk.status();
        Optional<GateState> gate = status.gate().answer();
        String word = gate.map(Names::lower).orElse("unknown");
        String why = gate.isEmpty() ? ": " + status.gate().why() : "";
        String hold = status.gateHold().map(w -> ", held by an operator: " + w).orElse("");
        send(
                wire,
                Answer.text(
                        call.form() == Call.Form.JSON
                                ? FlatLine.write(Map.of("gate", word)) + "\n"
                                : "gate " + word + why + hold + "\n"));
        send(
                wire,
                Answer.end(gate.equals(Optional.of(GateState.DAMAGED)) || gate.isEmpty() ? 3 : 0));
    }

    private void watch(Call call, Wire wire) throws IOException {
        Duration every = Duration.ofMillis(Math.max(LOOK.toMillis(), call.count()));
        do {
            send(wire, Answer.text(page(desk.status(), call.form())));
        } while (!wire.isClosedWithin(every));
    }

    private int count(Call call) {
        return Math.max(1, Math.min(MAX_EVENTS, call.count()));
    }

    private String line(EventLine e, Call.Form form) {
        return (form == Call.Form.JSON
                        ? json.event(e)
                        : e.at() + " " + e.severity() + " " + e.node() + " " + e.code() + ": "
                                + e.sentence())
                + "\n";
    }

    private void followEvents(Call call, Wire wire) throws IOException {
        long seen = -1;
        int wanted = count(call);
        do {
            for (EventLine event : desk.events(wanted)) {
                if (event.number() > seen) {
                    send(wire, Answer.text(line(event, call.form())));
                    seen = event.number();
                }
            }
            wanted = Math.max(wanted, 100);
        } while (!wire.isClosedWithin(LOOK));
    }

    private void ask(Call call, Wire wire) throws IOException {
        Reply reply = desk.ask(call.request().orElseThrow(), call.limit());
        String text = String.join("\n", reply.lines());
        send(wire, new Answer(Answer.Kind.REPLY, text, reply.exitCode(), reply.planId()));
        send(wire, Answer.end(reply.exitCode()));
    }

    /** Sends the steps and the progress of a workflow until it ends; a beat a second, so that silence means a dead daemon. */
    private void follow(String plan, Wire wire) throws IOException {
        MonoTime lastSeen = clock.get();
        MonoTime lastSent = lastSeen;
        String step = "";
        Set<String> plans = new HashSet<>(Set.of(plan));
        do {
            Status status = desk.status();
            MonoTime now = clock.get();
            Optional<Ended> ended = status.lastOutcome().filter(e -> plans.contains(e.planId()));
            boolean handsOver = ended.filter(e -> isHandingOver(status, e)).isPresent();
            Optional<Running> running =
                    status.running().filter(r -> handsOver || plans.contains(r.planId()));
            running.ifPresent(r -> plans.add(r.planId()));
            if (running.isPresent()) {
                lastSeen = now;
                String words = ProgressText.step(running.get());
                if (!words.equals(step)) {
                    step = words;
                    send(wire, Answer.step(words));
                }
                if (now.isPast(lastSent, BEAT) || running.get().doneBytes() > 0) {
                    send(wire, Answer.progress(ProgressText.bar(running.get())));
                    lastSent = now;
                }
            } else if (ended.isPresent() && !(handsOver && !now.isPast(lastSeen, HANDOVER))) {
                finish(status, ended.get(), plans.size() > 1 || handsOver, wire);
                return;
            } else if (now.isPast(lastSeen, PLAN_GRACE)) {
                send(
                        wire,
                        Answer.error(
                                6,
                                "workflow " + plan
                                        + " is not running in this daemon and did not end in it: pgha status"));
                return;
            }
        } while (!wire.isClosedWithin(LOOK));
    }

    /** The epoch is given up, and what comes of it is the other node's: it takes over, or refuses and is followed no more. */
    private static boolean isHandingOver(Status status, Ended ended) {
        return ended.exitCode() == 0 && status.state() == NodeState.CEDED;
    }

    /** A role that was to be handed over is not done with the word, but when this node follows. */
    private static void finish(Status status, Ended ended, boolean isHandover, Wire wire)
            throws IOException {
        boolean follows = status.state() == NodeState.STANDBY;
        send(
                wire,
                Answer.text(
                        isHandover
                                ? (follows ? "switchover done: " : "not switched over: ")
                                        + status.node()
                                        + " is " + status.state() + " at epoch " + status.epoch()
                                        + status.owner()
                                                .map(owner -> ", the primary is " + owner)
                                                .orElse("")
                                        + (follows ? "\n" : "; " + status.situation() + "\n")
                                : ended.sentence() + "\n"));
        send(wire, Answer.end(isHandover ? (follows ? 0 : 1) : ended.exitCode()));
    }

    private static void send(Wire wire, Answer answer) throws IOException {
        wire.writeLine(answer.toLine(), ControlServer.WRITE_LIMIT);
    }
}
