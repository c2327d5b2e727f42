package io.pgha.setup;

import java.util.List;

/** One change that setup proposes: computed as a whole before the first one is made. */
public interface Step {

    /** What changes, in one line. */
    String words();

    /** The change itself, line by line; never a secret. */
    List<String> lines();

    /**
     * Makes it; on disk when it returns.
     *
     * @throws SetupRefused when it could not be made: then nothing of this step is in force
     */
    void make() throws SetupRefused;
}
