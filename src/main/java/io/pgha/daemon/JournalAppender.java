package io.pgha.daemon;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.pattern.ThrowableProxyConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.UnsynchronizedAppenderBase;

import io.pgha.os.SystemdJournal;

import org.slf4j.event.KeyValuePair;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The log where systemd's journal takes it: the sentence, its level as a priority, and fields to search by. What the journal does not
 * take is written as everywhere else.
 */
final class JournalAppender extends UnsynchronizedAppenderBase<ILoggingEvent> {

    /** Priorities of syslog(3). */
    private static final int PRIORITY_ERROR = 3;

    private static final int PRIORITY_WARNING = 4;
    private static final int PRIORITY_INFO = 6;
    private static final int PRIORITY_DEBUG = 7;

    private final SystemdJournal journal;
    private final Appender<ILoggingEvent> otherwise;
    private final ThrowableProxyConverter trace = new ThrowableProxyConverter();

    JournalAppender(SystemdJournal journal, Appender<ILoggingEvent> otherwise) {
        this.journal = journal;
        this.otherwise = otherwise;
    }

    @Override
    public void start() {
        trace.start();
        super.start();
    }

    @Override
    protected void append(ILoggingEvent event) {
        try {
            journal.send(fields(event));
        } catch (IOException e) {
            otherwise.doAppend(event);
        }
    }

    private Map<String, String> fields(ILoggingEvent event) {
        boolean traced =
                event.getLevel().isGreaterOrEqual(Level.ERROR) && event.getThrowableProxy() != null;
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put(
                "MESSAGE",
                traced
                        ? event.getFormattedMessage() + "\n" + trace.convert(event)
                        : event.getFormattedMessage());
        fields.put("PRIORITY", Integer.toString(priority(event.getLevel())));
        fields.put("SYSLOG_IDENTIFIER", "pgha");
        fields.put("PGHA_LOGGER", event.getLoggerName());
        Optional.ofNullable(getContext().getProperty(LogForm.SPEAKER))
                .ifPresent(node -> fields.put("PGHA_NODE", node));
        for (KeyValuePair pair : Optional.ofNullable(event.getKeyValuePairs()).orElse(List.of())) {
            fields.put(pair.key, String.valueOf(pair.value));
        }
        return fields;
    }

    private static int priority(Level level) {
        return switch (level.toInt()) {
            case Level.ERROR_INT -> PRIORITY_ERROR;
            case Level.WARN_INT -> PRIORITY_WARNING;
            case Level.INFO_INT -> PRIORITY_INFO;
            default -> PRIORITY_DEBUG;
        };
    }
}
