package io.pgha.it;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The wall clock as the daemon of one node reads it, which a test can step while the daemon runs; the clocks that only go
 * forward are left alone, as the kernel leaves them when a person or NTP sets the date.
 */
final class WallClock {

    private final Path offset;

    /** Makes a program for that node's daemon, which is to be started again with it. */
    WallClock(Lab lab, LabNode node) {
        this.offset = lab.home().resolve(node.name() + "-clock");
        step(Duration.ZERO);
        Path library = lab.home().resolve(node.name() + "-clock.so");
        Path source = LabProgram.sourceTree().resolve("src/test/c/wallclock.c");
        Run.of(List.of("gcc", "-shared", "-fPIC", "-O2", "-o", library + "", source + ""))
                .orFail();
        Path program = lab.home().resolve(node.name() + "-clock.sh");
        Template.write(program, """
                #!/bin/sh
                export WALLCLOCK=%s LD_PRELOAD=%s
                exec %s "$@"
                """.formatted(offset, library, LabDaemon.program(lab.home())));
        try {
            Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        } catch (IOException e) {
            throw new IllegalStateException("could not make " + program, e);
        }
        node.daemon().install(Optional.of(program));
    }

    /** From now on the daemon reads that much later than it is. */
    void step(Duration ahead) {
        ByteBuffer seconds = ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.nativeOrder())
                .putLong(0, ahead.toSeconds());
        try {
            // In place, without being cut short first: the daemon has it mapped.
            Files.write(
                    offset, seconds.array(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new IllegalStateException("could not step the clock of " + offset, e);
        }
    }
}
