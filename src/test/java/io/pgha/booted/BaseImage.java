package io.pgha.booted;

import io.pgha.it.Lab;
import io.pgha.it.Run;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * A Debian with systemd, PostgreSQL, Java and all that the packages depend on, made once by debootstrap and kept for later
 * runs. Machines lay their own disks over it and never write to it.
 */
record BaseImage(Path root) {

    private static final Path CACHE = Path.of("/var/cache/pgha-tests");
    private static final Duration PATIENCE = Duration.ofMinutes(20);
    private static final String RELEASE = "bookworm";
    private static final List<String> PACKAGES = List.of(
            "systemd",
            "systemd-sysv",
            "dbus",
            "udev",
            "iproute2",
            "iptables",
            "nftables",
            "iputils-ping",
            "procps",
            "libpam-systemd",
            "polkitd",
            "openjdk-17-jre-headless",
            "openssh-client",
            "openssh-server",
            "postgresql-15");

    /** A machine without timers that would begin something in the middle of a test, and with a network. */
    private static final String FINISH = """
            set -e
            rm -rf "$1"/var/cache/apt/archives/*.deb "$1"/var/lib/apt/lists/*
            rm -rf "$1"/etc/systemd/system/timers.target.wants
            : >"$1"/etc/machine-id
            wants=/etc/systemd/system/multi-user.target.wants
            ln -sf /lib/systemd/system/systemd-networkd.service "$1$wants"/
            """;

    /** The one there is, or a new one, which takes minutes. */
    static BaseImage get() {
        try {
            Files.createDirectories(CACHE);
            try (FileChannel file = FileChannel.open(
                            CACHE.resolve("lock"),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE);
                    FileLock lock = lock(file)) {
                return new BaseImage(made(lock));
            }
        } catch (IOException e) {
            throw new IllegalStateException("no image of a machine in " + CACHE, e);
        }
    }

    private static FileLock lock(FileChannel file) {
        List<FileLock> locks = new ArrayList<>();
        Lab.await("nobody else makes an image", PATIENCE, () -> {
            FileLock lock = file.tryLock();
            return lock != null && locks.add(lock);
        });
        return locks.get(0);
    }

    private static Path made(FileLock held) throws IOException {
        Path image = CACHE.resolve("base-" + key());
        if (held.isValid() && !Files.isDirectory(image)) {
            Path raw = CACHE.resolve("base.tmp");
            run("rm", "-rf", raw.toString());
            System.out.println("BOOT making " + image + " by debootstrap, once");
            // What it mounts and starts ends with it, also when it is killed.
            run(
                    "unshare",
                    "--mount",
                    "--pid",
                    "--fork",
                    "--kill-child",
                    "--mount-proc",
                    "debootstrap",
                    "--variant=minbase",
                    "--include=" + String.join(",", PACKAGES),
                    RELEASE,
                    raw.toString());
            run("bash", "-c", FINISH, "finish", raw.toString());
            Files.move(raw, image);
        }
        return image;
    }

    private static void run(String... command) {
        Run.within(PATIENCE, List.of(command)).orFail();
    }

    private static String key() {
        try {
            byte[] all = (RELEASE + PACKAGES + FINISH).getBytes(StandardCharsets.UTF_8);
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(all);
            return HexFormat.of().formatHex(hash).substring(0, 12);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
