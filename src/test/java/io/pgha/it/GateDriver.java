package io.pgha.it;

import io.pgha.model.GateState;
import io.pgha.model.MonoTime;
import io.pgha.model.Probed;
import io.pgha.network.BootGate;
import io.pgha.network.Gate;
import io.pgha.network.GateException;
import io.pgha.network.GateRules;
import io.pgha.network.Gateways;
import io.pgha.network.IptablesGate;
import io.pgha.network.ListenerCheck;
import io.pgha.network.NftGate;
import io.pgha.network.SocketKiller;
import io.pgha.os.CommandFailed;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The gate in a process of its own, which can be started inside a machine and as PostgreSQL's owner. Obeys lines on standard
 * input, and answers each by one line: "ok ..." or "error ...".
 */
final class GateDriver {

    private static final int ROUNDS = 200;

    private final String backend;
    private final Duration deadline;
    private GateRules rules;
    private Gate gate;

    private GateDriver(String backend, GateRules rules, Duration deadline) {
        this.backend = backend;
        this.rules = rules;
        this.deadline = deadline;
        this.gate = make();
    }

    private Gate make() {
        return backend.equals("nftables")
                ? new NftGate(rules, deadline)
                : new IptablesGate(rules, deadline);
    }

    /** Arguments: backend, name, ports, exempt addresses (both with commas), observer port or 0, deadline in ms. */
    public static void main(String[] arguments) throws IOException {
        GateRules rules = new GateRules(
                arguments[1],
                Arrays.stream(arguments[2].split(",")).map(Integer::valueOf).toList(),
                addresses(arguments[3]),
                Optional.of(Integer.valueOf(arguments[4])).filter(port -> port > 0));
        GateDriver driver = new GateDriver(
                arguments[0], rules, Duration.ofMillis(Long.parseLong(arguments[5])));
        BufferedReader in =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            System.out.println(driver.obey(line.split(" ")));
        }
        driver.gate.dispose();
    }

    private static List<InetAddress> addresses(String list) throws IOException {
        List<InetAddress> addresses = new ArrayList<>();
        for (String address : list.split(",", -1)) {
            if (!address.isEmpty()) {
                addresses.add(InetAddress.getByName(address));
            }
        }
        return addresses;
    }

    private String obey(String[] words) {
        try {
            return "ok " + carryOut(words).replace('\n', ' ');
        } catch (GateException e) {
            return "error " + e.words().replace('\n', ' ');
        } catch (CommandFailed e) {
            return "error " + e.words().replace('\n', ' ');
        } catch (InterruptedException | IOException e) {
            return "error " + e;
        }
    }

    private String carryOut(String[] words)
            throws GateException, CommandFailed, InterruptedException, IOException {
        int slot = words.length > 1 && words[1].matches("[01]") ? Integer.parseInt(words[1]) : 0;
        switch (words[0]) {
            case "install" -> gate.install();
            case "mend" -> gate.mend(GateState.valueOf(words[1]));
            case "open" -> gate.open();
            case "close" -> gate.close();
            case "remove" -> gate.remove();
            case "grant" -> gate.grant(slot);
            case "ungrant" -> gate.ungrant(slot);
            case "permit" -> {
                Duration time = Duration.ofMillis(Long.parseLong(words[2]));
                return gate.permit(slot, time).toMillis() + " ms";
            }
            case "look" -> {
                return look();
            }
            case "describe" -> {
                return gate.describe();
            }
            case "restart" -> {
                gate.dispose();
                gate = make();
            }
            case "toggle" -> toggle(Integer.parseInt(words[1]));
            case "measure" -> {
                return measure();
            }
            default -> {
                return more(words);
            }
        }
        return "done";
    }

    private String more(String[] words)
            throws GateException, CommandFailed, InterruptedException, IOException {
        switch (words[0]) {
            case "save" -> {
                new BootGate(Path.of(words[1])).save(gate);
                return "done";
            }
            case "lasting" -> {
                return gate.lastingSlot().map(String::valueOf).orElse("none");
            }
            case "kill" -> {
                return new SocketKiller(rules, deadline).killAll() + " left";
            }
            case "listeners" -> {
                return ListenerCheck.look(rules, deadline).toString();
            }
            case "exempt" -> {
                rules = new GateRules(rules.name(), rules.ports(), addresses(words[1]));
                gate.dispose();
                gate = make();
                return "done";
            }
            case "gateways" -> {
                ExecutorService threads = Executors.newCachedThreadPool();
                try {
                    Gateways gateways =
                            new Gateways(List.of(words[1].split(",")), deadline, threads);
                    return gateways.anySeen() + " " + gateways.look(GateDriver::now);
                } finally {
                    threads.shutdownNow();
                }
            }
            default -> throw new IllegalArgumentException(words[0]);
        }
    }

    private static MonoTime now() {
        return new MonoTime(System.nanoTime());
    }

    private String look() {
        Probed<GateState> seen = gate.look(now());
        return seen.answer().map(Enum::name).orElse("NOTHING") + " " + seen.why() + gate.damage();
    }

    private void toggle(int times) throws GateException {
        for (int i = 0; i < times; i++) {
            gate.open();
            gate.open();
            gate.close();
            gate.close();
        }
    }

    /** Something to measure. */
    private interface Deed {
        void run() throws GateException;
    }

    private String measure() throws GateException {
        gate.open();
        long before = cpu();
        String text = "open " + timed(gate::open) + ", close " + timed(gate::close) + ", renewal "
                + timed(() -> {
                    gate.permit(0, Duration.ofSeconds(2));
                    gate.grant(0);
                });
        long between = cpu();
        text += ", look " + timed(() -> gate.look(now()));
        return text + ", CPU of a toggle " + (between - before) / (4 * ROUNDS) + " us, of a look "
                + (cpu() - between) / ROUNDS + " us";
    }

    /** CPU microseconds of this process and of its children that have ended. */
    private static long cpu() {
        return ProcessHandle.current()
                        .info()
                        .totalCpuDuration()
                        .orElse(Duration.ZERO)
                        .toNanos()
                / 1000;
    }

    private static String timed(Deed deed) throws GateException {
        long[] took = new long[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            long begun = System.nanoTime();
            deed.run();
            took[i] = System.nanoTime() - begun;
        }
        Arrays.sort(took);
        return String.format("%.2f/%.2f ms", took[ROUNDS / 2] / 1e6, took[ROUNDS - 1] / 1e6);
    }
}
