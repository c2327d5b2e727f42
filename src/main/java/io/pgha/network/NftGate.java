package io.pgha.network;

import io.pgha.model.GateState;
import io.pgha.model.MonoTime;
import io.pgha.model.Probed;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The gate as a table of its own in nftables, spoken to through libnftables in this process: a toggle is one transaction of the
 * kernel, without a fork. {@code iptables -F} does not touch it; {@code nft flush ruleset} does, and the next look says so.
 *
 * <p>Two gates with different names live side by side. Two objects for one name are fine as well, since all state is the
 * kernel's.
 */
public final class NftGate implements Gate {

    private final GateRules rules;
    private final NftRuleset ruleset;
    private final Lane lane;
    /** Loaded at the first call, on the lane's thread only. */
    private Optional<NftLibrary> library = Optional.empty();

    /** The same. */
    private Optional<NftGeneration> generation = Optional.empty();

    /** The same: what was listed last, if it can only change together with the ruleset's number. */
    private Optional<Listed> listed = Optional.empty();

    /**
     * A listing.
     *
     * @param generation read before it was made, so that no change between the two is missed
     * @param twice it was made again at a later look: one made while the kernel was at a change may show what was before
     */
    private record Listed(int generation, GateState state, boolean twice) {}

    private volatile String damage = "";

    /**
     * Touches nothing yet.
     *
     * @param deadline of every call
     */
    public NftGate(GateRules rules, Duration deadline) {
        this.rules = rules;
        this.ruleset = new NftRuleset(rules);
        this.lane = new Lane("gate-" + rules.kernelName(), deadline);
    }

    @Override
    public void install() throws GateException {
        call("install", () -> {
            Optional<NftListing> there = list();
            boolean open = there.map(NftListing::isStaticallyOpen).orElse(false);
            place(open, false);
            return open;
        });
    }

    @Override
    public void mend(GateState wanted) throws GateException {
        call("mend", () -> {
            place(wanted == GateState.OPEN, wanted == GateState.CLOSED);
            return wanted;
        });
    }

    @Override
    public Map<String, String> bootRules() {
        return Map.of("nft", ruleset.install());
    }

    private void place(boolean open, boolean closed) throws GateException {
        // Opening again also brings in ports that the configuration has gained.
        String state = open ? ruleset.open() : closed ? ruleset.close() : "";
        NftLibrary.Answer gentle = nft().run(ruleset.install() + state);
        if (gentle.isOk()) {
            return;
        }
        // A chain or set of ours that somebody made anew in another shape cannot be changed, only
        // replaced; the slots'
        // permits go with it, and the next renewal brings them back.
        NftLibrary.Answer anew = nft().run(ruleset.remove() + ruleset.install() + state);
        if (!anew.isOk()) {
            throw refused("install", anew.error());
        }
    }

    @Override
    public void open() throws GateException {
        order("open", ruleset.open());
    }

    @Override
    public void close() throws GateException {
        order("close", ruleset.close());
    }

    @Override
    public Duration permit(int slot, Duration atMost) throws GateException {
        long millis = Math.max(0, atMost.toMillis());
        order("permit slot " + slot + " of", ruleset.permit(checked(slot), millis));
        return Duration.ofMillis(millis);
    }

    @Override
    public void grant(int slot) throws GateException {
        order("grant slot " + slot + " of", ruleset.grant(checked(slot)));
    }

    @Override
    public void ungrant(int slot) throws GateException {
        order("ungrant slot " + slot + " of", ruleset.ungrant(checked(slot)));
    }

    static int checked(int slot) {
        if (slot < 0 || slot >= SLOTS) {
            throw new IllegalArgumentException("no slot " + slot);
        }
        return slot;
    }

    @Override
    public Probed<GateState> look(MonoTime now) {
        try {
            return call("look at", () -> {
                OptionalInt before = generation();
                boolean again = before.isPresent()
                        && listed.filter(l -> l.generation() == before.getAsInt())
                                .isPresent();
                if (again && listed.get().twice()) {
                    return new Probed.Answered<>(listed.get().state(), now);
                }
                Optional<NftListing> seen = list();
                List<String> wrong = seen.map(listing -> listing.damage(rules))
                        .orElseGet(() -> List.of("the table does not exist"));
                damage = String.join("; ", wrong);
                GateState state = wrong.isEmpty()
                        ? seen.map(NftListing::state).orElse(GateState.DAMAGED)
                        : GateState.DAMAGED;
                boolean lasts = seen.filter(NftListing::isTimed).isEmpty();
                listed = lasts && before.isPresent()
                        ? Optional.of(new Listed(before.getAsInt(), state, again))
                        : Optional.empty();
                return new Probed.Answered<>(state, now);
            });
        } catch (GateException e) {
            return new Probed.Silent<>(e.words(), now);
        }
    }

    /** The ruleset's number; empty when it cannot be had, and then everything is listed each time. */
    private OptionalInt generation() {
        try {
            if (generation.isEmpty()) {
                generation = Optional.of(NftGeneration.open());
            }
            return generation.get().now();
        } catch (IOException e) {
            return OptionalInt.empty();
        }
    }

    private Optional<NftListing> list() throws GateException {
        NftLibrary.Answer tables = nft().run("list tables inet");
        if (!tables.isOk()) {
            throw refused("list the tables for", tables.error());
        }
        if (!NftListing.names(tables.out(), rules.kernelName())) {
            return Optional.empty();
        }
        NftLibrary.Answer table = nft().run("list table inet " + rules.kernelName());
        if (!table.isOk()) {
            throw refused("list", table.error());
        }
        return Optional.of(new NftListing(table.out()));
    }

    @Override
    public Optional<Integer> lastingSlot() throws GateException {
        return call("look at the slots of", () -> list().flatMap(NftListing::lastingSlot));
    }

    @Override
    public String damage() {
        return damage;
    }

    @Override
    public String describe() {
        return "nftables table inet " + rules.kernelName() + ", " + rules.words()
                + (damage.isEmpty() ? "" : "; DAMAGED: " + damage);
    }

    @Override
    public void remove() throws GateException {
        order("remove", ruleset.remove());
    }

    @Override
    public void dispose() {
        try {
            call("dispose", () -> {
                library.ifPresent(NftLibrary::free);
                library = Optional.empty();
                generation.ifPresent(NftGeneration::close);
                generation = Optional.empty();
                return true;
            });
        } catch (GateException e) {
            // The process keeps a few kilobytes of a library that does not come back; nothing else
            // is lost.
            lane.end();
            return;
        }
        lane.end();
    }

    private void order(String what, String commands) throws GateException {
        call(what, () -> {
            NftLibrary.Answer answer = nft().run(commands);
            if (!answer.isOk()) {
                throw refused(what, answer.error());
            }
            return true;
        });
    }

    private <T> T call(String what, Lane.Call<T> call) throws GateException {
        return lane.call(what + " gate " + rules.kernelName(), call, () -> {});
    }

    private NftLibrary nft() throws GateException {
        if (library.isEmpty()) {
            library = Optional.of(NftLibrary.load());
        }
        return library.get();
    }

    private GateException refused(String what, String error) {
        return new GateException(what + " gate " + rules.kernelName() + ": nftables said: " + error
                + ". "
                + Privilege.hint("Look: nft list table inet " + rules.kernelName()
                        + "; mend: pgha gate close, or pgha gate open"));
    }
}
