package io.pgha.network;

import io.pgha.model.GateState;
import io.pgha.model.MonoTime;
import io.pgha.model.Probed;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * Whether clients may reach the ports of PostgreSQL on this host, kept in the kernel's firewall.
 *
 * <p>Closed means: every TCP packet of a client to a gated port, of a new or an established connection, is answered with a
 * reset, and nothing but resets leaves the port, so that no acknowledgement escapes after the close. Loopback and the exempt
 * addresses always pass. IPv4 and IPv6 alike; connection tracking plays no part. What passes here still meets the rules of
 * others: an open gate does not overrule somebody's later DROP, hence "open" is proven only by a connect from elsewhere.
 *
 * <p>Open is an element of a set, in one of two ways. {@link #open} makes a permanent one, for guards without lease. The two
 * slots are for guards with a lease: packets pass while some slot is both permitted, for a limited time that the kernel counts,
 * and granted. The two ways are independent: {@link #close} ends both.
 *
 * <p>An idle established connection notices a closed gate only when it next sends: see {@link SocketKiller}.
 *
 * <p>The gate sees only traffic that the host itself takes in. Ports published by Docker or Podman are rewritten and forwarded
 * to a container without passing it; a container in the host's own network passes it as any program does. {@link
 * ListenerCheck} finds such side doors.
 *
 * <p>Not AutoCloseable on purpose: {@link #close} shuts clients out, {@link #dispose} ends the use of this object.
 *
 * <p>Thread-safe: calls are carried out one at a time on a thread of the gate's own, and each returns or throws within the
 * deadline given to the constructor. A call that missed its deadline while waiting is never carried out later.
 */
public interface Gate {

    /** Number of slots. */
    int SLOTS = 2;

    /**
     * Puts the rules in place, in one transaction of the kernel for each address family. Where there were none, the gate is
     * closed afterwards; an open or closed state that is there is kept, slots included, so that the restart of a daemon cuts
     * nobody. Run again it mends and moves, and takes over changed ports and exempt addresses.
     */
    void install() throws GateException;

    /**
     * As {@link #install}, but what was lost is not closed: the rules appear together with the wanted state, so that mending the
     * gate of a serving primary cuts nobody.
     *
     * @param wanted OPEN or CLOSED
     */
    void mend(GateState wanted) throws GateException;

    /**
     * What closes this gate where there is none: the text for each of {@code nft -f}, {@code ipset -exist restore}, {@code
     * iptables-restore --noflush} and {@code ip6tables-restore --noflush} that it needs, under the names nft, ipset, iptables
     * and ip6tables. Loaded over a gate that is there, it opens and closes nothing.
     */
    Map<String, String> bootRules();

    /** Lets clients in until closed. Needs installed rules. */
    void open() throws GateException;

    /** Shuts clients out: the permanent element, every permit and every grant are gone when it returns. */
    void close() throws GateException;

    /**
     * Takes back the grant of a slot and its permit, then permits it for at most {@code atMost} from now. When it returns, the
     * kernel has taken it.
     *
     * @param slot 0 or 1
     * @param atMost rounded down to the unit the kernel counts in (a millisecond, with ipset a second)
     * @return the time really permitted; zero when it was under one unit, and then the slot is not permitted at all
     */
    Duration permit(int slot, Duration atMost) throws GateException;

    /** Marks a slot as granted: clients pass for the rest of its permit. */
    void grant(int slot) throws GateException;

    /** Takes back the grant of a slot; its permit runs on. */
    void ungrant(int slot) throws GateException;

    /**
     * Reads back from the kernel what is in force, in both directions and for both families. DAMAGED when rules are missing,
     * changed or passed by: {@link #damage} has the words. Never throws: a look that failed is Silent or Refused.
     */
    Probed<GateState> look(MonoTime now);

    /**
     * The slot by which clients pass for longest, of those that are both permitted and granted now; empty when by none. A daemon
     * that starts over an open gate arms the other one first, so that its start cuts nobody: the one before may have left both
     * in force, the usual lease for its last moments and the long one that it took for its absence.
     */
    Optional<Integer> lastingSlot() throws GateException;

    /** What the last look found wrong; empty when it found nothing wrong. */
    String damage();

    /** What guards which ports, and who passes; one line. */
    String describe();

    /** Takes everything of this gate out of the kernel: nothing guards the ports afterwards. Fine when there is nothing. */
    void remove() throws GateException;

    /** Ends threads and programs of this object; the kernel keeps the state of the gate. */
    void dispose();
}
