package io.pgha.network;

import io.pgha.model.GateState;
import io.pgha.model.MonoTime;
import io.pgha.model.Probed;
import io.pgha.os.Command;
import io.pgha.os.CommandFailed;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The gate as two chains of iptables and of ip6tables each, and sets of ipset that both share. A toggle is a line to a held ipset
 * program: it takes no xtables lock and costs no fork. Installing and looking run iptables, always with {@code -w}.
 *
 * <p>Several ports are toggled one after the other, microseconds apart. Two gates with different names live side by side; of
 * one name there is one object at a time in the whole host.
 *
 * <p>iptables-nft works with CAP_NET_ADMIN alone. iptables-legacy wants to write /run/xtables.lock, which is root's.
 */
public final class IptablesGate implements Gate {

    /** What ipset holds at most; a lease is seconds. */
    private static final long MOST_SECONDS = 2_147_483;

    private final GateRules rules;
    private final Duration deadline;
    private final Lane lane;
    private final IpsetSession ipset;
    private final IptablesSets sets;
    private volatile String damage = "";

    /** One address family: its program, and what should be in force there. */
    private record Family(String program, IptablesRuleset ruleset) {}

    /**
     * Touches nothing yet.
     *
     * @param deadline of every call; at least 2 s, since iptables waits for its lock in whole seconds
     */
    public IptablesGate(GateRules rules, Duration deadline) {
        this.rules = rules;
        this.deadline = deadline;
        this.lane = new Lane("gate-" + rules.kernelName(), deadline);
        this.ipset = new IpsetSession(rules.kernelName());
        this.sets = new IptablesSets(rules, ipset);
    }

    @Override
    public void install() throws GateException {
        call("install", () -> {
            sets.install();
            return place();
        });
    }

    @Override
    public Map<String, String> bootRules() {
        IptablesListing nothing = new IptablesListing("");
        return Map.of(
                "ipset",
                sets.bootRules(),
                "iptables",
                new IptablesRuleset(rules, rules.exempt4()).install(nothing),
                "ip6tables",
                new IptablesRuleset(rules, rules.exempt6()).install(nothing));
    }

    @Override
    public void mend(GateState wanted) throws GateException {
        call("mend", () -> {
            sets.install();
            sets.order(wanted == GateState.OPEN ? sets.open() : sets.close());
            return place();
        });
    }

    private boolean place() throws GateException {
        for (Family family : families()) {
            restore(family, family.ruleset().install(list(family)));
        }
        return true;
    }

    /** IPv6 is left out only where the kernel was started without it. */
    private List<Family> families() {
        List<Family> families = new ArrayList<>();
        families.add(new Family("iptables", new IptablesRuleset(rules, rules.exempt4())));
        if (Files.exists(Path.of("/proc/net/if_inet6"))) {
            families.add(new Family("ip6tables", new IptablesRuleset(rules, rules.exempt6())));
        }
        return families;
    }

    private IptablesListing list(Family family) throws GateException {
        return new IptablesListing(
                xtables(family.program(), List.of("-w", waitSeconds(), "-S"), Optional.empty()));
    }

    private void restore(Family family, String text) throws GateException {
        xtables(
                family.program() + "-restore",
                List.of("-w", waitSeconds(), "--noflush"),
                Optional.of(text));
    }

    /** Whole seconds, and a little less than the deadline, so that iptables itself can say that the lock is held. */
    private String waitSeconds() {
        return String.valueOf(Math.max(1, deadline.minusMillis(500).toSeconds()));
    }

    /** Its whole output. */
    private String xtables(String program, List<String> options, Optional<String> input)
            throws GateException {
        List<String> argv = new ArrayList<>(List.of(program));
        argv.addAll(options);
        Command command = Command.of(argv).withEnvironment(Map.of("LC_ALL", "C"));
        Command.Result result;
        try {
            result = input.map(command::withInput).orElse(command).run(deadline);
        } catch (CommandFailed e) {
            throw new GateException(
                    e.words()
                            + ". If it is missing, install iptables (Debian: apt install iptables) or set"
                            + " gate.backend = nftables; if it hangs: fuser -v /run/xtables.lock",
                    e);
        }
        if (!result.isOk()) {
            throw new GateException(String.join(" ", argv) + " exited " + result.exitCode() + ": "
                    + result.lastWords() + ". "
                    + hint(result.lastWords()));
        }
        try {
            return result.wholeOut();
        } catch (CommandFailed e) {
            throw new GateException(
                    e.words() + ". Among so many rules set gate.backend = nftables", e);
        }
    }

    private static String hint(String words) {
        if (words.contains("holding the xtables lock")) {
            return "See who holds it: fuser -v /run/xtables.lock";
        }
        if (words.contains("xtables.lock") && Privilege.isNetAdmin()) {
            return "iptables-legacy needs root for its lock: update-alternatives --set iptables"
                    + " /usr/sbin/iptables-nft (and ip6tables), or set gate.backend = nftables";
        }
        return Privilege.hint("Check: iptables -S; ip6tables -S");
    }

    @Override
    public void open() throws GateException {
        order("open", sets.open());
    }

    @Override
    public void close() throws GateException {
        order("close", sets.close());
    }

    @Override
    public Duration permit(int slot, Duration atMost) throws GateException {
        long seconds = Math.min(MOST_SECONDS, Math.max(0, atMost.toSeconds()));
        order("permit slot " + slot + " of", sets.permit(NftGate.checked(slot), seconds));
        return Duration.ofSeconds(seconds);
    }

    @Override
    public void grant(int slot) throws GateException {
        order("grant slot " + slot + " of", sets.grant(NftGate.checked(slot)));
    }

    @Override
    public void ungrant(int slot) throws GateException {
        order("ungrant slot " + slot + " of", sets.ungrant(NftGate.checked(slot)));
    }

    @Override
    public Probed<GateState> look(MonoTime now) {
        try {
            return call("look at", () -> {
                List<String> wrong = new ArrayList<>();
                for (Family family : families()) {
                    list(family)
                            .damage(family.ruleset(), rules)
                            .forEach(what -> wrong.add(family.program() + ": " + what));
                }
                IptablesSets.Seen seen = sets.look();
                wrong.addAll(seen.damage());
                damage = String.join("; ", wrong);
                return new Probed.Answered<>(
                        !wrong.isEmpty()
                                ? GateState.DAMAGED
                                : seen.isOpen() ? GateState.OPEN : GateState.CLOSED,
                        now);
            });
        } catch (GateException e) {
            return new Probed.Silent<>(e.words(), now);
        }
    }

    @Override
    public Optional<Integer> lastingSlot() throws GateException {
        return call("look at the slots of", () -> {
            List<Integer> slots = sets.look().slots();
            Optional<Integer> lasting = Optional.empty();
            long longest = -1;
            for (int slot : slots) {
                // Only ipset's list says for how long; it is a program more, and asked only where
                // there is a choice.
                long seconds = slots.size() == 1 ? 0 : sets.restSeconds(slot, listed(slot));
                if (seconds > longest) {
                    longest = seconds;
                    lasting = Optional.of(slot);
                }
            }
            return lasting;
        });
    }

    private String listed(int slot) throws GateException {
        List<String> argv = List.of("ipset", "save", IptablesRuleset.permit(rules, slot));
        return xtables(argv.get(0), argv.subList(1, argv.size()), Optional.empty());
    }

    @Override
    public String damage() {
        return damage;
    }

    @Override
    public String describe() {
        String name = rules.kernelName();
        return "iptables chains " + name + "-in and " + name + "-out with ipset " + name + "-open, "
                + rules.words() + (damage.isEmpty() ? "" : "; DAMAGED: " + damage);
    }

    @Override
    public void remove() throws GateException {
        call("remove", () -> {
            for (Family family : families()) {
                restore(family, family.ruleset().remove(list(family)));
            }
            sets.remove();
            return true;
        });
    }

    @Override
    public void dispose() {
        lane.end();
        ipset.abandon();
    }

    private void order(String what, List<String> commands) throws GateException {
        call(what, () -> {
            sets.order(commands);
            return true;
        });
    }

    /** A call that is late loses its ipset program, so that nothing of it is carried out afterwards. */
    private <T> T call(String what, Lane.Call<T> call) throws GateException {
        return lane.call(
                what + " gate " + rules.kernelName(),
                () -> {
                    ipset.begin();
                    return call.make();
                },
                ipset::abandon);
    }
}
