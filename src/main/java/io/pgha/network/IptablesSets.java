package io.pgha.network;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** The sets of ports that open the iptables gate: their making, their commands, and what is in them. For one thread. */
final class IptablesSets {

    private final GateRules gate;
    private final IpsetSession ipset;

    IptablesSets(GateRules gate, IpsetSession ipset) {
        this.gate = gate;
        this.ipset = ipset;
    }

    /**
     * What the sets hold.
     *
     * @param damage sets that are missing, or that hold some of our ports only
     * @param isOpen some way leads through
     * @param slots that lead through
     */
    record Seen(List<String> damage, boolean isOpen, List<Integer> slots) {}

    private List<String> names() {
        List<String> names = new ArrayList<>(List.of(permanent()));
        for (int slot = 0; slot < Gate.SLOTS; slot++) {
            names.add(granted(slot));
            names.add(permit(slot));
        }
        return names;
    }

    private String permanent() {
        return IptablesRuleset.open(gate);
    }

    private String granted(int slot) {
        return IptablesRuleset.granted(gate, slot);
    }

    private String permit(int slot) {
        return IptablesRuleset.permit(gate, slot);
    }

    /** Makes what is missing. A set for other ports is exchanged in one step for one of ours in the same state. */
    void install() throws GateException {
        IpsetSession.Said before = ipset.run(tests(permanent()));
        boolean open = gate.ports().stream().anyMatch(port -> before.has(permanent(), port));
        for (String set : names()) {
            if (ipset.run(List.of(create(set))).error().isPresent()) {
                exchange(set, open && set.equals(permanent()));
            }
        }
        if (open) {
            order(open());
        }
    }

    /** Makes every set, empty; what is there stays as it is. */
    String bootRules() {
        StringBuilder text = new StringBuilder();
        names().forEach(set -> text.append(create(set)).append('\n'));
        return text.toString();
    }

    private String create(String set) {
        String range = gate.ports().get(0) + "-" + gate.ports().get(gate.ports().size() - 1);
        // A default of 1 s, so that an element without a timeout can never become permanent.
        String timed = set.contains("-permit") ? " timeout 1" : "";
        return "create " + set + " bitmap:port range " + range + timed;
    }

    private void exchange(String set, boolean full) throws GateException {
        String fresh = set + "-x";
        List<String> commands = new ArrayList<>(List.of("destroy " + fresh));
        commands.add(create(fresh));
        if (full) {
            commands.addAll(adds(fresh, ""));
        }
        commands.add("swap " + fresh + " " + set);
        commands.add("destroy " + fresh);
        order(commands);
    }

    private List<String> adds(String set, String more) {
        return gate.ports().stream()
                .map(port -> "add " + set + " " + port + more)
                .toList();
    }

    private List<String> tests(String set) {
        return gate.ports().stream().map(port -> "test " + set + " " + port).toList();
    }

    List<String> open() {
        return adds(permanent(), "");
    }

    /** Ends every way through. */
    List<String> close() {
        return names().stream().map(set -> "flush " + set).toList();
    }

    /** Ungrants first. A timeout of 0 would be permanent, so it is never written. */
    List<String> permit(int slot, long seconds) {
        List<String> commands = new ArrayList<>();
        commands.add("flush " + granted(slot));
        commands.add("flush " + permit(slot));
        if (seconds >= 1) {
            commands.addAll(adds(permit(slot), " timeout " + seconds));
        }
        return commands;
    }

    List<String> grant(int slot) {
        return adds(granted(slot), "");
    }

    List<String> ungrant(int slot) {
        return List.of("flush " + granted(slot));
    }

    /** Carries out commands that are all expected to succeed. */
    void order(List<String> commands) throws GateException {
        IpsetSession.Said said = ipset.run(commands);
        if (said.error().isPresent()) {
            throw new GateException("'" + String.join("; ", commands) + "': "
                    + said.error().get()
                    + ". "
                    + Privilege.hint("Look: ipset list; mend: pgha gate close, or pgha gate open"));
        }
    }

    Seen look() throws GateException {
        List<String> commands = new ArrayList<>();
        names().forEach(set -> commands.addAll(tests(set)));
        IpsetSession.Said said = ipset.run(commands);
        List<String> damage = new ArrayList<>();
        for (String set : names()) {
            long full = count(said, set);
            boolean exists = gate.ports().stream().allMatch(port -> said.answered(set, port));
            if (!exists) {
                damage.add("ipset " + set + " is missing");
            } else if (full > 0 && full < gate.ports().size() && !set.contains("-permit")) {
                damage.add("ipset " + set + " holds " + full + " of our ports only");
            }
        }
        List<Integer> inForce = new ArrayList<>();
        for (int slot = 0; slot < Gate.SLOTS; slot++) {
            if (count(said, granted(slot)) > 0 && count(said, permit(slot)) > 0) {
                inForce.add(slot);
            }
        }
        boolean open = count(said, permanent()) > 0 || !inForce.isEmpty();
        return new Seen(List.copyOf(damage), open, List.copyOf(inForce));
    }

    /** How long the slot's ports stay permitted, by what {@code ipset save} says of its set; 0 when it holds none any more. */
    long restSeconds(int slot, String saved) {
        String element = "add " + permit(slot) + " (\\d+) timeout (\\d+)";
        return Pattern.compile(element)
                .matcher(saved)
                .results()
                .mapToLong(found -> Long.parseLong(found.group(2)))
                .max()
                .orElse(0);
    }

    private long count(IpsetSession.Said said, String set) {
        return gate.ports().stream().filter(port -> said.has(set, port)).count();
    }

    void remove() throws GateException {
        order(names().stream().map(set -> "destroy " + set).toList());
    }
}
