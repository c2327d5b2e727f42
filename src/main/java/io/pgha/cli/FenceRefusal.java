package io.pgha.cli;

import io.pgha.config.InvalidConfiguration;
import io.pgha.config.Settings;
import io.pgha.http.Call;
import io.pgha.json.Tree;
import io.pgha.model.NodeState;

import java.io.IOException;
import java.util.Optional;

/** Why the other node is not switched off for a test: it serves clients, or it is not known that it does not. */
final class FenceRefusal {

    private static final String FORCE = ". If you mean it: pgha fence test --off --force";

    private FenceRefusal() {}

    /** Asks this node's daemon once; empty: it is not the open primary. */
    static Optional<String> of(Desk desk, Settings settings) throws InvalidConfiguration {
        StringBuilder text = new StringBuilder();
        try {
            desk.ask(Call.look(Call.Command.STATUS, Call.Form.JSON), a -> text.append(a.text()));
            return judge(Tree.parse(text.toString()), settings);
        } catch (IOException e) {
            return Optional.of("refused: whether " + settings.peer().id()
                    + " serves is not known, since " + e.getMessage() + FORCE);
        }
    }

    private static Optional<String> judge(Tree status, Settings settings) {
        Tree view = status.path("peer_view");
        Tree last = view.path("last");
        String peer = settings.peer().id().name();
        long fresh = settings.policy().heartbeat().multipliedBy(3).toMillis();
        if (!last.isObject() || view.path("heard_age_ms").number(Double.MAX_VALUE) > fresh) {
            return Optional.of("refused: whether " + peer
                    + " serves is not known, since its daemon is not heard" + FORCE);
        }
        boolean serves = last.path("state").text().equals(NodeState.PRIMARY.name())
                || last.path("gate_open").isTrue();
        return serves
                ? Optional.of("refused: " + peer
                        + " is the open primary; hand its role over first (on " + peer
                        + ": pgha release)" + FORCE)
                : Optional.empty();
    }
}
