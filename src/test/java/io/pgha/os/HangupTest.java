package io.pgha.os;

import static org.junit.jupiter.api.Assertions.assertTrue;

import jnr.constants.platform.Signal;
import jnr.posix.POSIX;
import jnr.posix.POSIXFactory;

import org.junit.jupiter.api.Test;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** SIGHUP to this very process, which it would end. */
class HangupTest {

    private final POSIX posix = POSIXFactory.getPOSIX();

    @Test
    void oneThatCameTooEarlyIsHeardLaterAndEachOneAfterIt() throws InterruptedException {
        Hangup.hold();
        posix.kill(posix.getpid(), Signal.SIGHUP.intValue());
        Semaphore heard = new Semaphore(0);

        Hangup.onEach(heard::release);

        assertTrue(heard.tryAcquire(20, TimeUnit.SECONDS), "the early one");
        posix.kill(posix.getpid(), Signal.SIGHUP.intValue());
        assertTrue(heard.tryAcquire(20, TimeUnit.SECONDS), "a later one");
    }
}
