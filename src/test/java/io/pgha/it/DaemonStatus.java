package io.pgha.it;

import io.pgha.http.Answer;
import io.pgha.http.Call;
import io.pgha.http.ControlClient;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a daemon answered to {@code pgha status --json}, asked on its control socket without a program in between.
 *
 * @param text the JSON
 * @param exitCode what the command would have ended with
 */
public record DaemonStatus(String text, int exitCode) {

    private static final Duration SOON = Duration.ofSeconds(5);
    private static final Pattern STATE = Pattern.compile("\"state\":\"([A-Z]+)\"");

    /** Asks the daemon that serves the socket; empty while nobody answers. */
    public static Optional<DaemonStatus> ask(Path socket) {
        List<Answer> said = new ArrayList<>();
        try {
            int exit = new ControlClient(socket, SOON, System::nanoTime)
                    .call(Call.look(Call.Command.STATUS, Call.Form.JSON), said::add);
            return said.stream()
                    .filter(answer -> answer.text().startsWith("{"))
                    .findFirst()
                    .map(answer -> new DaemonStatus(answer.text(), exit));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Whether nothing is wrong. */
    public boolean isSteady() {
        return exitCode == 0;
    }

    /** The state that the daemon says its node is in: the node's own is the first in its status. */
    public Optional<String> state() {
        return Optional.of(STATE.matcher(flat()))
                .filter(Matcher::find)
                .map(found -> found.group(1));
    }

    /** Whether it says that its node is in that state. */
    public boolean is(String state) {
        return state().filter(state::equals).isPresent();
    }

    /** Whether these words are in it. */
    public boolean says(String words) {
        return text.contains(words);
    }

    /** Whether no workflow is carried out. */
    boolean isIdle() {
        return flat().contains("\"running\":null");
    }

    /** Whether, by what the daemon knows, nothing keeps the standby of the two from taking over. */
    boolean knowsOfAnHeir() {
        return flat().split("\"vetoes\":\\[\\]", -1).length == 3;
    }

    private String flat() {
        return text.replaceAll("\\s", "");
    }
}
