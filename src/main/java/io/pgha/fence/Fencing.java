package io.pgha.fence;

import io.pgha.config.Settings;
import io.pgha.config.Settings.FenceSettings;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * Switches the other machine off and sees it off. Level by level; within a level every device must say "off". All of it
 * within one budget, of which each device gets an equal share of what is left, so that a device that hangs leaves time for
 * the next one.
 *
 * <p>An agent's {@code off} is never believed: it exits 0 for an order that was taken, and 1 for a machine that was off
 * already. Only {@code status} with exit code 2 is "off"; 1 is "unreachable" and proves nothing. {@code reboot} is never
 * used, since it succeeds when only half of it did. Blocks its caller; safe for threads, one attempt at a time per device.
 */
public final class Fencing {

    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final List<List<Path>> levels;
    private final Path dataDirectory;

    private Fencing(List<List<Path>> levels, Path dataDirectory) {
        this.levels = List.copyOf(levels);
        this.dataDirectory = dataDirectory;
    }

    /** The devices that switch the peer off. */
    public static Fencing ofPeer(Settings settings, FenceSettings fence) {
        return new Fencing(fence.peer(), settings.postgres().dataDirectory());
    }

    /** The devices that switch this node off; their files may be on the other node only. */
    public static Fencing ofSelf(Settings settings, FenceSettings fence) {
        return new Fencing(fence.self(), settings.postgres().dataDirectory());
    }

    static Fencing of(List<List<Path>> levels, Path dataDirectory) {
        return new Fencing(levels, dataDirectory);
    }

    /**
     * What came of an attempt.
     *
     * @param off the machine was seen off
     * @param device the devices of the level that did it, or all that were tried
     * @param level from 1; 0 when none did it
     * @param words what each device answered last, without secrets
     * @param took of the monotonic clock
     */
    public record Result(boolean off, String device, int level, String words, Duration took) {}

    /**
     * Switches it off. Returns early when it is off, and otherwise when every level has failed and the budget is over.
     *
     * @throws InterruptedException when the caller's thread was interrupted; the agent under way has been killed then
     */
    public Result off(Duration budget) throws InterruptedException {
        long begun = System.nanoTime();
        long end = begun + budget.toNanos();
        List<String> said = new ArrayList<>();
        do {
            said.clear();
            for (int i = 0; i < levels.size(); i++) {
                Optional<String> trouble = level(i, end, said);
                if (trouble.isEmpty()) {
                    return new Result(true, names(levels.get(i)), i + 1, words(said), since(begun));
                }
            }
        } while (pause(end));
        return new Result(
                false,
                levels.stream().map(Fencing::names).toList().toString(),
                0,
                words(said) + "; gave up after " + since(begun).toMillis() + " ms",
                since(begun));
    }

    /** All devices of a level, one after the other; empty when each said "off". */
    private Optional<String> level(int number, long end, List<String> said)
            throws InterruptedException {
        List<Path> devices = levels.get(number);
        long now = System.nanoTime();
        long levelEnd = now + (end - now) / (levels.size() - number);
        for (int i = 0; i < devices.size(); i++) {
            now = System.nanoTime();
            long deviceEnd = now + (levelEnd - now) / (devices.size() - i);
            Optional<String> trouble = device(devices.get(i), deviceEnd);
            if (trouble.isPresent()) {
                said.add("level " + (number + 1) + ", " + devices.get(i) + ": " + trouble.get());
                return trouble;
            }
            said.add("level " + (number + 1) + ", " + devices.get(i) + ": off");
        }
        return Optional.empty();
    }

    /** Empty when its status says "off". */
    private Optional<String> device(Path file, long end) throws InterruptedException {
        Device device;
        try {
            device = DeviceFile.read(file, DeviceFile.owner(dataDirectory));
        } catch (DeviceRefused e) {
            return Optional.of(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            return Optional.of("it is not known who runs this: " + e);
        }
        // A third is kept for the question, since an order that hangs may have been carried out.
        Duration left = left(end);
        Device.Answer order = device.ask("off", left.multipliedBy(2).dividedBy(3));
        Device.Answer status;
        do {
            checkInterrupt();
            status = device.ask("status", left(end));
            if (status.exit() == Device.STATUS_OFF) {
                return Optional.empty();
            }
            // An order that was taken may need a while; one that failed goes to the next level.
        } while (order.exit() == 0 && pause(end));
        checkInterrupt();
        return Optional.of("off: " + order.words() + "; status: " + status.words()
                + (status.exit() == 0 ? " (on)" : ""));
    }

    private static boolean pause(long end) throws InterruptedException {
        checkInterrupt();
        long left = end - System.nanoTime();
        if (left <= PAUSE.toNanos()) {
            return false;
        }
        LockSupport.parkNanos(PAUSE.toNanos());
        checkInterrupt();
        return true;
    }

    private static void checkInterrupt() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException("fencing was given up");
        }
    }

    /** At least a little: a deadline of nothing would be no question. */
    private static Duration left(long end) {
        return Duration.ofNanos(
                Math.max(Duration.ofMillis(200).toNanos(), end - System.nanoTime()));
    }

    private static Duration since(long begun) {
        return Duration.ofNanos(System.nanoTime() - begun);
    }

    private static String names(List<Path> devices) {
        return String.join(" + ", devices.stream().map(Path::toString).toList());
    }

    private static String words(List<String> said) {
        return String.join("; ", said);
    }

    /**
     * One device as somebody looked at it.
     *
     * @param level from 1
     * @param device its file
     * @param agent the agent's program; empty when the file cannot be used
     * @param answer in one word: ok, on, off, failed, refused
     * @param words what was said, without secrets
     * @param remedy what to type; empty when nothing is to be mended
     * @param took how long the agent took; zero when it was not run
     */
    public record Look(
            int level,
            String device,
            String agent,
            String answer,
            String words,
            String remedy,
            Duration took) {
        /** True when the device did what was asked. */
        public boolean isFine() {
            return !answer.equals("failed") && !answer.equals("refused");
        }
    }

    /** The devices' files and agents, nothing being run. */
    public List<Look> list() {
        return each((level, device) -> new Look(
                level, device.name(), device.agent().toString(), "ok", "", "", Duration.ZERO));
    }

    /** Asks each device whether it would work ({@code monitor}); {@code deadline} is for each of them. */
    public List<Look> monitor(Duration deadline) {
        return each((level, device) -> {
            Device.Answer answer = device.ask("monitor", deadline);
            return looked(level, device, answer, answer.exit() == 0 ? "ok" : "failed", "monitor");
        });
    }

    /** Asks each device whether the machine is on or off; {@code deadline} is for each of them. */
    public List<Look> status(Duration deadline) {
        return each((level, device) -> {
            Device.Answer answer = device.ask("status", deadline);
            String word = switch (answer.exit()) {
                case 0 -> "on";
                case Device.STATUS_OFF -> "off";
                default -> "failed";
            };
            return looked(level, device, answer, word, "status");
        });
    }

    private static Look looked(
            int level, Device device, Device.Answer answer, String word, String action) {
        String program = device.agent().toString();
        boolean failed = word.equals("failed");
        return new Look(
                level,
                device.name(),
                program,
                word,
                failed ? action + ": " + answer.words() : "",
                failed
                        ? "correct " + device.name() + "; by hand: (grep -v ^agent= "
                                + device.name() + "; echo action=" + action + ") | " + program
                        : "",
                answer.took());
    }

    /** What is done with a device whose file is sound. */
    private interface Question {
        Look ask(int level, Device device);
    }

    private List<Look> each(Question question) {
        List<Look> looks = new ArrayList<>();
        for (int i = 0; i < levels.size(); i++) {
            for (Path file : levels.get(i)) {
                looks.add(one(i + 1, file, question));
            }
        }
        return looks;
    }

    private Look one(int level, Path file, Question question) {
        try {
            return question.ask(level, DeviceFile.read(file, DeviceFile.owner(dataDirectory)));
        } catch (DeviceRefused e) {
            return new Look(
                    level, file.toString(), "", "refused", e.words(), e.remedy(), Duration.ZERO);
        } catch (IOException e) {
            return new Look(
                    level, file.toString(), "", "refused", String.valueOf(e), "", Duration.ZERO);
        }
    }
}
