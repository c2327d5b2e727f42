package io.pgha.network;

import io.pgha.model.GateState;
import io.pgha.model.MonoTime;
import io.pgha.model.Probed;

import java.time.Duration;

/**
 * The firewall in front of the local PostgreSQL. Closed means: every packet of a client, new or established, is answered by
 * a TCP reset, and nothing but resets goes out to it, so that no late acknowledgement of a COMMIT escapes. Loopback, the
 * peer and gate.allow always pass; IPv4 and IPv6 alike.
 *
 * <p>All methods are called from one thread. Ports published by a container engine are forwarded, not received, and do not
 * pass here.
 */
public interface Gate {

    /**
     * Puts the rules in place, in one transaction: closed where there were none, otherwise as open or closed as they were.
     * Can be repeated; puts right what somebody changed.
     */
    void install() throws GateException;

    /** Opens without a time limit (guards without a lease). */
    void open() throws GateException;

    /** Closes, whatever opened it. */
    void close() throws GateException;

    /** Reads the state back from the kernel. */
    Probed<GateState> look(MonoTime now);

    /** Takes every rule of ours away. */
    void remove() throws GateException;

    /** Arms a slot for this long; under the backend's unit of time nothing is armed (protocol section 3). */
    void permit(int slot, Duration time) throws GateException;

    /** Marks an armed slot as granted; packets pass while some slot is both permitted and granted. */
    void grant(int slot) throws GateException;

    /** Takes a slot's grant back, before it is permitted again. */
    void ungrant(int slot) throws GateException;

    /** Lets go of what this object holds in this process; the rules stay as they are. */
    void dispose();
}
