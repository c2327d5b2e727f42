package io.pgha.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;

/**
 * The wall clock as the daemon of one node reads it, which a test can step while the daemon runs (libfaketime; the clocks that
 * only go forward are left alone, as the kernel leaves them when a person or NTP steps the date). Its machine's other
 * processes keep the right time.
 */
final class WallClock {

    private final Path offset;
    private final Path program;

    /** Makes a program for that node's daemon; the daemon is to be started again with it. */
    WallClock(Lab lab, LabNode node) {
        this.offset = lab.home().resolve(node.name() + "-clock");
        this.program = lab.home().resolve(node.name() + "-clock.sh");
        step(Duration.ZERO);
        Template.write(program, """
                #!/bin/sh
                export LD_PRELOAD="$(ls /usr/lib/*/faketime/libfaketimeMT.so.1)"
                export FAKETIME_DONT_FAKE_MONOTONIC=1 FAKETIME_CACHE_DURATION=1
                export FAKETIME_TIMESTAMP_FILE=%s
                exec %s "$@"
                """.formatted(offset, LabDaemon.program(lab.home())));
        try {
            Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        } catch (IOException e) {
            throw new IllegalStateException("could not make " + program, e);
        }
        node.daemon().install(Optional.of(program));
    }

    /** The daemon reads this much later than it is, within a second from now. */
    void step(Duration ahead) {
        Path aside = offset.resolveSibling(offset.getFileName() + ".new");
        Template.write(aside, "%+d%n".formatted(ahead.toSeconds()));
        try {
            Files.move(aside, offset, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new IllegalStateException("could not step the clock of " + offset, e);
        }
    }
}
