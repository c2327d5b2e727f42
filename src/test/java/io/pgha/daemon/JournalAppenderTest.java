package io.pgha.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.read.ListAppender;

import io.pgha.os.DatagramSocket;
import io.pgha.os.SystemdJournal;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;

import java.nio.file.Path;

/** What systemd's journal is told, read at the other end of the socket. */
class JournalAppenderTest {

    private final LoggerContext context = new LoggerContext();
    private final ListAppender<ILoggingEvent> otherwise = new ListAppender<>();

    @TempDir
    Path directory;

    private Logger logsTo(Path socket) {
        context.setMDCAdapter(new LogbackMDCAdapter());
        context.putProperty(LogForm.SPEAKER, "node1");
        otherwise.setContext(context);
        otherwise.start();
        JournalAppender appender =
                new JournalAppender(new SystemdJournal(socket.toString()), otherwise);
        appender.setContext(context);
        appender.start();
        context.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(appender);
        return context.getLogger("pgha");
    }

    @Test
    void anEntryHasItsSentenceItsPriorityAndTheCodeOfItsEvent() throws Exception {
        Path socket = directory.resolve("journal");
        try (DatagramSocket journal = new DatagramSocket(socket.toString())) {
            Logger log = logsTo(socket);
            log.atWarn().addKeyValue(LogForm.EVENT, "gate_closed").log("the gate is CLOSED");

            assertEquals("""
                    MESSAGE=the gate is CLOSED
                    PRIORITY=4
                    SYSLOG_IDENTIFIER=pgha
                    PGHA_LOGGER=pgha
                    PGHA_NODE=node1
                    PGHA_EVENT=gate_closed
                    """, journal.receive());

            log.info("two\nlines");
            assertTrue(journal.receive()
                    .startsWith("MESSAGE\n\11\0\0\0\0\0\0\0two\nlines\nPRIORITY=6\n"));
        }
        assertEquals(0, otherwise.list.size());
    }

    @Test
    void whatTheJournalDoesNotTakeIsWrittenAsEverywhereElse() {
        logsTo(directory.resolve("nobody")).error("nobody listens");

        assertEquals("nobody listens", otherwise.list.get(0).getFormattedMessage());
    }
}
