package io.pgha.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;

/** What a program printed is whole, or is said not to be. */
class CommandTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    @Test
    void outputThatWasCutOffIsNoOutput() throws CommandFailed {
        assertEquals(1 << 20, printing(1 << 20).wholeOut().length());
        Command.Result cut = printing((1 << 20) + 1);
        assertTrue(cut.isOk());
        CommandFailed failed = assertThrows(CommandFailed.class, cut::wholeOut);
        assertTrue(failed.words().startsWith("head -c"), failed::words);
        assertTrue(failed.words().endsWith("printed more than 1 MB"), failed::words);
    }

    private static Command.Result printing(int bytes) throws CommandFailed {
        return Command.of(List.of("head", "-c", Integer.toString(bytes), "/dev/zero"))
                .runOk(LIMIT);
    }
}
