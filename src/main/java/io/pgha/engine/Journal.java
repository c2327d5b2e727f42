package io.pgha.engine;

import io.pgha.decision.Fact;
import io.pgha.decision.Memory;

import java.util.List;
import java.util.Optional;

/** The durable memory. */
public interface Journal {

    /**
     * The fold of everything recorded. Called once, before the first turn.
     *
     * @throws JournalDamaged when the journal cannot be read; nothing has been changed
     */
    Memory replay() throws JournalDamaged;

    /**
     * Records facts, all or none. Returns at once; when {@code done} is called, on any thread, with an empty value the
     * facts are durable, otherwise it says why they are not, and nothing of them is.
     */
    void append(List<Fact> facts, java.util.function.Consumer<Optional<String>> done);

    /** The journal says something that cannot be: a person must look before anything is decided from it. */
    final class JournalDamaged extends Exception {
        public JournalDamaged(String message) {
            super(message);
        }
    }
}
