package io.pgha.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Locale;
import java.util.Optional;

/**
 * Where a command writes to and asks.
 *
 * @param out results
 * @param err errors and questions
 * @param input a person's answers; empty when nobody sits there
 */
public record Terminal(PrintStream out, PrintStream err, Optional<BufferedReader> input) {

    /** True when a person sees the output and can answer. */
    boolean isInteractive() {
        return input.isPresent();
    }

    /** Asks for the word yes; anything else, and the end of the input, is no. */
    boolean confirms(String question) {
        if (input.isEmpty()) {
            return false;
        }
        err.print(question + " Type yes to go on: ");
        err.flush();
        try {
            Optional<String> line = Optional.ofNullable(input.get().readLine());
            return line.map(l -> l.strip().toLowerCase(Locale.ROOT)).equals(Optional.of("yes"));
        } catch (IOException e) {
            err.println("no answer could be read: " + e.getMessage());
            return false;
        }
    }

    /** Asks for a word; an empty line is what was proposed. Empty: nothing was proposed, or nobody answers. */
    Optional<String> ask(String question, Optional<String> proposed) {
        if (input.isEmpty()) {
            return proposed;
        }
        err.print(question + proposed.map(p -> " [" + p + "]").orElse("") + ": ");
        err.flush();
        try {
            return Optional.ofNullable(input.get().readLine())
                    .map(String::strip)
                    .filter(line -> !line.isEmpty())
                    .or(() -> proposed);
        } catch (IOException e) {
            err.println("no answer could be read: " + e.getMessage());
            return Optional.empty();
        }
    }

    /** One error, in the form every command uses. */
    void complain(String message) {
        err.println("pgha: " + message);
    }
}
