package io.pgha.sim;

import io.pgha.model.ControlData;
import io.pgha.model.Lsn;

/** One data directory: what is on its disk, whoever runs on it. */
final class DataCopy {

    final String systemId;
    WalRecord end;
    boolean standbySignal;
    /** pg_control says that the last stop was clean. */
    boolean cleanlyStopped;
    /** pg_control speaks of recovery. */
    boolean recovering;
    /** A base backup that was not finished is none. */
    boolean complete = true;
    /** pg_rewind began and has not ended. */
    boolean torn;
    /** PostgreSQL has been up on it. */
    boolean proven;
    /** COMMIT waits for them; part of the configuration that a base backup does not take over. */
    String synchronousNames = "";
    /** The attempt it was copied by; empty for the first one. */
    String attempt = "";

    DataCopy(String systemId, WalRecord end, boolean standbySignal) {
        this.systemId = systemId;
        this.end = end;
        this.standbySignal = standbySignal;
        this.recovering = standbySignal;
    }

    ControlData control() {
        WalRecord checkpoint = end.checkpoint();
        String state = cleanlyStopped
                ? recovering ? "shut down in recovery" : "shut down"
                : recovering ? "in archive recovery" : "in production";
        int timeline = recovering ? end.timeline() : checkpoint.timeline();
        return new ControlData(
                systemId, state, timeline, new Lsn(checkpoint.from()), end.position());
    }
}
