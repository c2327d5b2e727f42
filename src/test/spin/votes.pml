/*
 * Votes, leases, cede, claim and resume of two nodes and an arbiter (protocol sections 1, 2, 4): what can go wrong in any order
 * of at most FAULTS faults. One process that takes any enabled step next; each step is atomic, as a journalled fact is.
 *
 * Time is abstract: a lease that nobody renews may end at any later moment, and a grantor takes its grants for over only when they
 * are (that is what arming before asking, rho and the margin are for; they are checked by the simulator, not here).
 *
 * Abdication: a standby gives its vote up on its own disk, then the owner counts upon that on its disk and needs no lease. Messages
 * take no time here, so that no abdication needs a number: late ones are the simulator's.
 *
 * Left out one at a time, with -DNO_V, -DNO_C, -DNO_R, -DNO_S, -DNO_A, the check must fail: see VotesModelIT.
 */

#ifndef FAULTS
#define FAULTS 5
#endif

mtype = { PRIMARY, STANDBY, PROMOTING, CEDED, DEPOSED };
mtype = { NOTHING, TAKEN, REFUSED, IGNORED };

/* Durable, of node 0 and node 1. */
mtype role[2];
byte epoch[2];
byte owner[2];
mtype answer = NOTHING; /* of the other node to the outstanding cede */

bool opened[2]; /* the node's own epoch has been open, or was given to it as such */
bool gaveUp[2]; /* the node will not take over: it is stopped, set aside or paused */
bool alone[2]; /* the node counts upon the other's abdication, and needs no lease */
bool word[2]; /* the epoch came by the old owner's own word */

/* Volatile. */
bool up[2] = true;
bool claimed[2]; /* this start has seen its claim confirmed, or has taken a cede */
bool dead[2];    /* for good */

/* The arbiter: durable. */
byte wEpoch = 1;
byte wOwner = 0;
bool wLeased = true;
bool wUp = true;

/* The network. */
bool peers = true;
bool arbiter[2] = true;

/* In force at node n, by the other node's grant, by the arbiter's, or by its own. */
bool byPeer[2];
bool byArbiter[2];
bool bySelf[2];

/* Who was open last; for the check only. */
byte last;

byte faults;

#define m (1 - n)
#define hears(n) (up[n] && up[1 - n] && peers)
#define asks(n) (up[n] && wUp && arbiter[n])
#define open(n) (byPeer[n] || byArbiter[n] || bySelf[n])

#ifdef NO_V
/* Broken: a node with an intent of its own still grants to the old owner. */
#define follows(k) (role[k] == STANDBY || role[k] == DEPOSED || role[k] == PROMOTING)
#else
#define follows(k) (role[k] == STANDBY || role[k] == DEPOSED)
#endif

#ifdef NO_C
/* Broken: a claim deposes, as if it were a lease. */
#define deposes true
#else
#define deposes wLeased
#endif

#define endorses(k, n) \
    ((follows(k) && owner[k] == n && epoch[k] == epoch[n]) \
    || (role[k] == CEDED && answer != REFUSED && epoch[n] == epoch[k] + 1))

#define peerRenews(n) (role[n] == PRIMARY && hears(n) && endorses(1 - n, n))
#define arbiterRenews(n) \
    (role[n] == PRIMARY && asks(n) && wOwner == n && wEpoch == epoch[n])

#define selfRenews(n) (role[n] == PRIMARY && up[n] && alone[n])

inline close(n) {
    byPeer[n] = false;
    byArbiter[n] = false;
    bySelf[n] = false;
    alone[n] = false
}

inline check() {
    assert(!(open(0) && open(1)))
}

inline fault() {
    faults++
}

proctype Node(byte n) {
end:
    do
    /* Leases. */
    :: atomic { (peerRenews(n) && !byPeer[n]) ->
        byPeer[n] = true;
        opened[n] = true;
        last = n;
        check() }
    :: atomic { (arbiterRenews(n) && !byArbiter[n]) -> byArbiter[n] = true; wLeased = true; opened[n] = true; last = n; check() }
    :: atomic { (selfRenews(n) && !bySelf[n]) -> bySelf[n] = true; last = n; check() }
    :: atomic { (bySelf[n] && !selfRenews(n)) -> bySelf[n] = false }
    :: atomic { (byPeer[n] && !peerRenews(n)) -> byPeer[n] = false }
    :: atomic { (byArbiter[n] && !arbiterRenews(n)) -> byArbiter[n] = false }

    /* Abdication, by the owner that is heard alone: first here, then there, and back by its answer alone. */
    :: atomic { (faults < FAULTS && role[n] == STANDBY && !gaveUp[n] && hears(n) && role[m] == PRIMARY
            && endorses(n, m)) ->
        fault();
        gaveUp[n] = true }
    :: atomic { (role[n] == PRIMARY && !alone[n] && opened[n] && hears(n) && gaveUp[m]
            && endorses(m, n)) ->
        alone[n] = true }
    :: atomic { (alone[n] && hears(n)) -> alone[n] = false }
#ifdef NO_A
    /* Broken: whoever is back takes its vote back by itself. */
    :: atomic { (gaveUp[n] && up[n]) -> gaveUp[n] = false }
#else
    :: atomic { (gaveUp[n] && hears(n) && !alone[m]) -> gaveUp[n] = false }
#endif

    /* Takeover on silence: intent, claim, promotion. */
    :: atomic { (role[n] == STANDBY && !gaveUp[n] && owner[n] == m && up[n] && !hears(n)) -> role[n] = PROMOTING }
    :: atomic { (role[n] == PROMOTING && up[n] && !claimed[n] && asks(n) && wEpoch <= epoch[n]
            && !open(m)) ->
        wEpoch = epoch[n] + 1;
        wOwner = n;
        wLeased = false;
        claimed[n] = true }
    :: atomic { (role[n] == PROMOTING && up[n] && claimed[n]) ->
        role[n] = PRIMARY;
        epoch[n]++;
        owner[n] = n;
        opened[n] = false;
        claimed[n] = false }

    /* Rule S: after a restart, or a refusal, the arbiter says whether the intent stands. */
    :: atomic { (role[n] == PROMOTING && !claimed[n] && asks(n) && wEpoch == epoch[n] + 1 && wOwner == n) ->
        claimed[n] = true }
    :: atomic { (role[n] == PROMOTING && !claimed[n] && asks(n)
            && (wEpoch > epoch[n] + 1 || (wEpoch == epoch[n] + 1 && wOwner == m)
                || (wEpoch == epoch[n] && hears(n)))) ->
        role[n] = STANDBY;
        word[n] = false }

    /* A peer, or the arbiter, shows a higher epoch. Rule C: only one that was opened deposes. */
    :: atomic { (role[n] != DEPOSED && asks(n) && wEpoch > epoch[n] && wOwner == m && deposes) ->
        close(n);
        if
        :: role[n] == STANDBY || role[n] == PROMOTING -> role[n] = STANDBY
        :: else -> role[n] = DEPOSED
        fi;
        claimed[n] = false;
        word[n] = false;
        epoch[n] = wEpoch;
        owner[n] = m }
    :: atomic { (role[n] != DEPOSED && hears(n) && role[m] == PRIMARY && epoch[m] > epoch[n] && open(m)) ->
        close(n);
        if
        :: role[n] == STANDBY || role[n] == PROMOTING -> role[n] = STANDBY
        :: else -> role[n] = DEPOSED
        fi;
        claimed[n] = false;
        word[n] = false;
        epoch[n] = epoch[m];
        owner[n] = m }
    /* The other was open last, or counted upon this one, and is dead for good: a person vouches, and its last writes are lost. */
    :: atomic { (((role[n] == DEPOSED && last == m) || (role[n] == STANDBY && gaveUp[n])) && dead[m] && asks(n)
            && !open(m)) ->
        gaveUp[n] = false;
        wEpoch++;
        wOwner = n;
        wLeased = false;
        epoch[n] = wEpoch;
        owner[n] = n;
        role[n] = PRIMARY }
    /* A claim that was never opened is void when the other's came after it. */
    :: atomic { (role[n] == PRIMARY && !opened[n] && asks(n) && wEpoch > epoch[n] && wOwner == m) ->
        close(n);
        role[n] = DEPOSED;
        epoch[n] = wEpoch;
        owner[n] = m }
    /* The operator rebuilds a deposed node from the open owner. */
    :: atomic { (role[n] == DEPOSED && hears(n) && role[m] == PRIMARY && open(m)) ->
        role[n] = STANDBY;
        epoch[n] = epoch[m];
        owner[n] = m }
#ifndef NO_C
    /* A claim that was never opened is taken back after claim_timeout. */
    :: atomic { (role[n] == PRIMARY && opened[n] && asks(n) && wEpoch == epoch[n] + 1 && wOwner == m
            && !wLeased && !open(m)) ->
        wEpoch = epoch[n] + 2;
        wOwner = n;
        epoch[n] = epoch[n] + 2;
        opened[n] = false }
#endif

    /* Rule R: a cede is offered to one that would take it, and answered. */
    :: atomic { (faults < FAULTS && role[n] == PRIMARY && hears(n) && role[m] == STANDBY && owner[m] == n
            && epoch[m] == epoch[n] && !gaveUp[m]) ->
        fault();
        close(n);
        role[n] = CEDED;
        answer = NOTHING }
    :: atomic { (role[n] == CEDED && hears(n) && role[m] == STANDBY && epoch[m] == epoch[n]
            && answer == NOTHING) ->
        if
        :: answer = TAKEN; role[m] = PROMOTING; claimed[m] = true; word[m] = true
#ifdef NO_R
        :: answer = IGNORED
#else
        :: answer = REFUSED
#endif
        fi }
    /* Taken, then the taker restarted and its intent was void: it answers anew. */
    :: atomic { (role[n] == CEDED && hears(n) && role[m] == STANDBY && epoch[m] == epoch[n]
            && answer == TAKEN) ->
        answer = REFUSED }
    /* Taken, restarted, and the old owner repeats the cede. */
    :: atomic { (role[n] == CEDED && hears(n) && role[m] == PROMOTING && epoch[m] == epoch[n]
            && !claimed[m] && answer == TAKEN) ->
        claimed[m] = true;
        word[m] = true }
    :: atomic { (role[n] == CEDED && hears(n) && answer == REFUSED) -> role[n] = PRIMARY; answer = NOTHING }
#ifndef NO_R
    /* Silent after a cede: with the arbiter the old owner takes it back, if nobody has opened there. */
    :: atomic { (role[n] == CEDED && !hears(n) && asks(n) && !open(m)
            && (wEpoch <= epoch[n] || (wEpoch == epoch[n] + 1 && wOwner == m && !wLeased))) ->
        wEpoch = epoch[n] + 2;
        wOwner = n;
        wLeased = false;
        epoch[n] = epoch[n] + 2;
        opened[n] = false;
        role[n] = PRIMARY;
        answer = NOTHING }
#endif
    /* The register follows what the old owner itself gave away, and what both nodes say, once the arbiter is seen. */
    :: atomic { (role[n] == PRIMARY && asks(n) && wEpoch < epoch[n] && (word[n]
            || (hears(n) && owner[m] == n && epoch[m] == epoch[n]))) ->
        wEpoch = epoch[n];
        wOwner = n;
        wLeased = false }

    /* Faults, and their end. */
    :: atomic { (faults < FAULTS && up[n]) -> fault(); up[n] = false; claimed[n] = false }
    :: atomic { (faults < FAULTS && arbiter[n]) -> fault(); arbiter[n] = false }
    :: atomic { (faults < FAULTS && !dead[n] && !dead[m] && !up[n]) -> fault(); dead[n] = true }
    :: atomic { (!up[n] && !dead[n]) ->
        up[n] = true;
#ifdef NO_S
        /* Broken: an intent of before the restart is simply carried out. */
        claimed[n] = (role[n] == PROMOTING);
#endif
        skip }
    :: atomic { (!arbiter[n]) -> arbiter[n] = true }
    od
}


proctype Network() {
end:
    do
    :: atomic { (faults < FAULTS && peers) -> fault(); peers = false }
    :: atomic { (!peers) -> peers = true }
    :: atomic { (faults < FAULTS && wUp) -> fault(); wUp = false }
    :: atomic { (!wUp) -> wUp = true }
    od
}

/* When nothing more can happen, whatever was broken is whole again, but for a node that is dead for good: somebody is open. */
proctype Exit() {
    timeout -> assert(open(0) || open(1))
}

init {
    atomic {
        role[0] = PRIMARY;
        role[1] = STANDBY;
        epoch[0] = 1;
        epoch[1] = 1;
        owner[0] = 0;
        owner[1] = 0;
        opened[0] = true;
        run Node(0);
        run Node(1);
        run Network();
        run Exit()
    }
}
