package io.pgha.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.util.LogbackMDCAdapter;

import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** What a person reads at night. */
class LogFormTest {

    @Test
    void anEventIsOneLineAndOnlyAnErrorHasItsTrace() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream standardError = System.err;
        System.setErr(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        try {
            LoggerContext context = new LoggerContext();
            context.setMDCAdapter(new LogbackMDCAdapter());
            new LogForm().configure(context);
            context.getLogger("io.pgha").info("a sentence");
            context.putProperty("node", "node1");
            context.getLogger("io.pgha").warn("foreseen", new IllegalStateException("no trace"));
            context.getLogger("io.pgha").error("not foreseen", new IllegalStateException("trace"));
            context.stop();
        } finally {
            System.setErr(standardError);
        }

        List<String> lines = bytes.toString(StandardCharsets.UTF_8).lines().toList();
        String moment = "\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\.\\d{3} ";
        assertTrue(lines.get(0).matches(moment + "INFO  pgha a sentence"), lines.get(0));
        assertTrue(lines.get(1).matches(moment + "WARN  node1 foreseen"), lines.get(1));
        assertTrue(lines.get(2).matches(moment + "ERROR node1 not foreseen"), lines.get(2));
        assertEquals("java.lang.IllegalStateException: trace", lines.get(3));
    }

    @Test
    void logbackFindsIt() {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();

        assertEquals(Level.ERROR, context.getLogger("com.zaxxer.hikari").getLevel());
    }
}
