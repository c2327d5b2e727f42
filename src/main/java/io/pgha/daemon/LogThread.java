package io.pgha.daemon;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;

import org.slf4j.LoggerFactory;

import java.util.ArrayList;
import java.util.List;

/**
 * Puts a queue and a thread between whoever logs and where the log goes: a disk or a journal that hangs must hold up no
 * decision. What does not fit into the queue is dropped.
 */
public final class LogThread implements AutoCloseable {

    private static final int QUEUE = 1024;
    private static final int FLUSH_MILLIS = 1000;

    private final LoggerContext context;

    private LogThread(LoggerContext context) {
        this.context = context;
    }

    /** From here on nobody waits for the log. */
    public static LogThread begin() {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        List<Appender<ILoggingEvent>> direct = new ArrayList<>();
        root.iteratorForAppenders().forEachRemaining(direct::add);
        for (Appender<ILoggingEvent> appender : direct) {
            root.detachAppender(appender);
            AsyncAppender queued = new AsyncAppender();
            queued.setContext(context);
            queued.setName(appender.getName() + "-queue");
            queued.setQueueSize(QUEUE);
            queued.setDiscardingThreshold(0);
            queued.setNeverBlock(true);
            queued.setMaxFlushTime(FLUSH_MILLIS);
            queued.addAppender(appender);
            queued.start();
            root.addAppender(queued);
        }
        return new LogThread(context);
    }

    /** Writes what waits, for a second at most; nothing is logged after. */
    @Override
    public void close() {
        context.stop();
    }
}
