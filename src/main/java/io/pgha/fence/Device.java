package io.pgha.fence;

import io.pgha.os.Command;
import io.pgha.os.CommandFailed;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * One fence device, and the way to its agent: options on standard input, one {@code key=value} a line, {@code action} last
 * since the last one wins. Nothing of the file reaches an argument list, and its values are taken out of what is quoted.
 *
 * @param file where it was read
 * @param agent the program
 * @param options the agent's own, in the file's order
 */
record Device(Path file, Path agent, List<Setting> options) {

    /** The agent's answer to {@code status} when the machine is off; 0 is on, and 1 is every failure, a silent device too. */
    static final int STATUS_OFF = 2;

    /** Options whose values may be shown; all others may be secrets. */
    private static final Set<String> HARMLESS =
            Set.of("ip", "ipaddr", "ipport", "plug", "port", "username", "login", "method", "type");

    Device {
        options = List.copyOf(options);
    }

    /** One line of the file. */
    record Setting(String key, String value) {

        boolean isSecret() {
            String name = key.toLowerCase(Locale.ROOT);
            boolean named =
                    name.contains("pass") || name.contains("secret") || name.contains("token");
            return !value.isEmpty() && (named || (value.length() > 3 && !HARMLESS.contains(name)));
        }
    }

    /** What the agent said. {@code exit} is below zero when it did not end, or could not be begun. */
    record Answer(int exit, String words, Duration took) {}

    /**
     * Runs the agent on the caller's thread; at the deadline it is killed with everything it started. An interrupt kills it as
     * well and is left set.
     */
    Answer ask(String action, Duration deadline) {
        String input = options.stream()
                        .map(o -> o.key() + "=" + o.value() + "\n")
                        .collect(Collectors.joining())
                + "action=" + action + "\n";
        try {
            Command.Result result = Command.of(List.of(agent.toString()))
                    .withInput(input)
                    .inOwnGroup()
                    .run(deadline);
            String said = result.lastWords();
            return new Answer(
                    result.exitCode(),
                    "exit " + result.exitCode() + (said.isEmpty() ? "" : ", " + masked(said)),
                    result.took());
        } catch (CommandFailed e) {
            return new Answer(-1, masked(e.words()), deadline);
        }
    }

    private String masked(String text) {
        String shown = text;
        for (Setting option : options) {
            if (option.isSecret()) {
                shown = shown.replace(option.value(), "***");
            }
        }
        return shown;
    }

    /** The file's name, which is how people call the device. */
    String name() {
        return file.toString();
    }
}
