package io.pgha.engine;

/**
 * One change of mind, as one sentence; the only source of log lines, event command and {@code pgha events}.
 *
 * @param severity who should care
 * @param code stable name
 * @param sentence from, to and because
 */
public record Event(EventLine.Severity severity, String code, String sentence) {

    static Event info(String code, String sentence) {
        return new Event(EventLine.Severity.INFO, code, sentence);
    }

    static Event warn(String code, String sentence) {
        return new Event(EventLine.Severity.WARN, code, sentence);
    }

    static Event error(String code, String sentence) {
        return new Event(EventLine.Severity.ERROR, code, sentence);
    }
}
