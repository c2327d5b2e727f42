package io.pgha.sim;

import io.pgha.arbiter.EtcdCell;
import io.pgha.model.ArbiterAsk;
import io.pgha.model.ArbiterReply;
import io.pgha.model.ArbiterView;
import io.pgha.model.Guard;
import io.pgha.model.MonoTime;

import java.util.Optional;
import java.util.function.Consumer;

/** A daemon's line to the witness, or its client of etcd: one question under way, of those that wait the newest; no answer is no answer. */
final class SimArbiter {

    private final Universe universe;
    private final SimHost host;
    private final SimDaemon daemon;
    private final SimEtcd.Line line;
    private final Optional<EtcdCell.Client> client;
    private Optional<ArbiterAsk> waiting = Optional.empty();
    private ArbiterView view = ArbiterView.NONE;
    private boolean busy;
    private int number;

    SimArbiter(Universe universe, SimHost host, SimDaemon daemon) {
        this.universe = universe;
        this.host = host;
        this.daemon = daemon;
        this.line = universe.etcd().line(host);
        this.client = universe.policy().guard() == Guard.ETCD
                ? Optional.of(universe.etcd().client(host, line))
                : Optional.empty();
    }

    ArbiterView view() {
        return view;
    }

    void ask(ArbiterAsk question) {
        if (busy) {
            waiting = Optional.of(question);
        } else {
            send(question);
        }
    }

    private void send(ArbiterAsk question) {
        busy = true;
        number = number + 1;
        int mine = number;
        MonoTime sent = host.clock().now();
        long deadline = universe.policy().probeTimeout().toNanos();
        if (client.isPresent()) {
            line.begin();
            client.get()
                    .put(question)
                    .ifPresent(
                            reply -> daemon.after(line.took(), () -> answered(mine, sent, reply)));
        } else {
            toWitness(question, reply -> answered(mine, sent, reply), deadline);
        }
        daemon.after(deadline, () -> {
            if (busy && mine == number) {
                view = new ArbiterView(view.reply(), view.askedAt(), "no answer in time");
                free();
            }
        });
    }

    private void toWitness(ArbiterAsk question, Consumer<ArbiterReply> answered, long deadline) {
        universe.network()
                .send(
                        host.place(),
                        Place.WITNESS,
                        deadline,
                        () -> universe.witness()
                                .hear(
                                        question,
                                        reply -> universe.network()
                                                .send(
                                                        Place.WITNESS,
                                                        host.place(),
                                                        deadline,
                                                        () -> daemon.after(
                                                                0, () -> answered.accept(reply)))));
    }

    private void answered(int mine, MonoTime sent, ArbiterReply reply) {
        if (busy && mine == number) {
            view = new ArbiterView(Optional.of(reply), Optional.of(sent), "");
            free();
        }
    }

    private void free() {
        busy = false;
        Optional<ArbiterAsk> next = waiting;
        waiting = Optional.empty();
        daemon.wake();
        next.ifPresent(this::send);
    }
}
