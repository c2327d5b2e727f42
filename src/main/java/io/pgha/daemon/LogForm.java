package io.pgha.daemon;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.pattern.ThrowableProxyConverter;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.LayoutBase;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import ch.qos.logback.core.joran.spi.ConsoleTarget;
import ch.qos.logback.core.spi.ContextAwareBase;
import ch.qos.logback.core.util.CachingDateFormatter;

import io.pgha.os.SystemdJournal;

import org.slf4j.Logger;

import java.util.Map;
import java.util.Optional;

/**
 * The log: one readable line for each event on standard error, or the daemon's entries with fields in systemd's journal;
 * standard output belongs to the answers of commands. Set up here and not by logback's XML, which took a tenth of the daemon's
 * start; logback finds this class by its name in META-INF/services.
 */
public final class LogForm extends ContextAwareBase implements Configurator {

    /** Property of the logger context: who speaks. */
    public static final String SPEAKER = "node";

    /** Key of a log event, and field in the journal: the code of pgha's event. */
    static final String EVENT = "PGHA_EVENT";

    private static final String CONSOLE = "console";

    /** What libraries have to say is pgha's to put into words; only their alarms pass. */
    private static final Map<String, Level> LIBRARIES = Map.of(
            "com.zaxxer.hikari", Level.ERROR,
            "org.quartz", Level.WARN,
            "org.postgresql", Level.WARN,
            "io.micrometer", Level.WARN);

    @Override
    public ExecutionStatus configure(LoggerContext log) {
        Line line = new Line();
        line.setContext(log);
        line.start();
        LayoutWrappingEncoder<ILoggingEvent> encoder = new LayoutWrappingEncoder<>();
        encoder.setContext(log);
        encoder.setLayout(line);
        encoder.start();
        ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
        console.setContext(log);
        console.setName(CONSOLE);
        console.setTarget(ConsoleTarget.SystemErr.getName());
        console.setEncoder(encoder);
        console.start();
        log.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(Level.INFO);
        log.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(console);
        LIBRARIES.forEach((library, level) -> log.getLogger(library).setLevel(level));
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    /** From here on what goes to standard error goes to systemd's journal, where standard error leads there. */
    static void toJournal(LoggerContext log) {
        Optional<SystemdJournal> journal = SystemdJournal.ofThisProcess();
        ch.qos.logback.classic.Logger root = log.getLogger(Logger.ROOT_LOGGER_NAME);
        Optional<Appender<ILoggingEvent>> console = Optional.ofNullable(root.getAppender(CONSOLE));
        if (journal.isPresent() && console.isPresent()) {
            JournalAppender appender = new JournalAppender(journal.get(), console.get());
            appender.setContext(log);
            appender.setName("journal");
            appender.start();
            root.addAppender(appender);
            root.detachAppender(console.get());
        }
    }

    /**
     * Date, level, speaker, sentence. A stack trace follows an ERROR only: a warning is something that was foreseen, and
     * its sentence says all.
     */
    private static final class Line extends LayoutBase<ILoggingEvent> {

        private final CachingDateFormatter moment =
                new CachingDateFormatter("yyyy-MM-dd HH:mm:ss.SSS");
        private final ThrowableProxyConverter trace = new ThrowableProxyConverter();

        @Override
        public void start() {
            trace.start();
            super.start();
        }

        @Override
        public String doLayout(ILoggingEvent event) {
            String speaker =
                    Optional.ofNullable(getContext().getProperty(SPEAKER)).orElse("pgha");
            String line = String.format(
                    "%s %-5s %s %s%n",
                    moment.format(event.getTimeStamp()),
                    event.getLevel(),
                    speaker,
                    event.getFormattedMessage());
            return event.getLevel().isGreaterOrEqual(Level.ERROR)
                            && event.getThrowableProxy() != null
                    ? line + trace.convert(event)
                    : line;
        }
    }
}
