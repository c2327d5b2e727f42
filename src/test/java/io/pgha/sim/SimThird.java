package io.pgha.sim;

import io.pgha.model.Register;

/** What stands on the third host. */
interface SimThird {

    /** Before the schedule begins: it has run for a long time. */
    void preset(Register held);

    void stop();

    void start();
}
