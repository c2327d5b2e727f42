package io.pgha.setup;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/** What PostgreSQL's settings must be for a failover, and which of them are not. */
final class Requirements {

    /** A standby starts only when these are at least what they are on its primary. */
    static final List<String> AS_ON_PRIMARY = List.of(
            "max_connections",
            "max_worker_processes",
            "max_wal_senders",
            "max_prepared_transactions",
            "max_locks_per_transaction");

    /** Of PostgreSQL 13 and newer, where no file says otherwise. */
    static final Map<String, String> BUILT_IN = Map.ofEntries(
            Map.entry("wal_level", "replica"),
            Map.entry("max_wal_senders", "10"),
            Map.entry("max_replication_slots", "10"),
            Map.entry("hot_standby", "on"),
            Map.entry("wal_log_hints", "off"),
            Map.entry("max_slot_wal_keep_size", "-1"),
            Map.entry("listen_addresses", "localhost"),
            Map.entry("max_connections", "100"),
            Map.entry("max_worker_processes", "8"),
            Map.entry("max_prepared_transactions", "0"),
            Map.entry("max_locks_per_transaction", "64"));

    private static final Set<String> ON = Set.of("on", "true", "yes", "1");
    private static final int SENDERS = 4;
    private static final int SLOTS = 2;
    private static final String ENOUGH = "10";

    private final UnaryOperator<String> value;
    private final Map<String, String> lacking = new LinkedHashMap<>();

    private Requirements(UnaryOperator<String> value) {
        this.value = value;
    }

    /**
     * The settings that must change, with the values proposed.
     *
     * @param value what a setting is
     * @param checksums the database has them, so that a rewind needs no hints in the WAL
     * @param keepBytes proposed for max_slot_wal_keep_size
     * @param least what the primary has, on a standby; else empty
     */
    static Map<String, String> lacking(
            UnaryOperator<String> value,
            boolean checksums,
            long keepBytes,
            Map<String, Integer> least) {
        Requirements r = new Requirements(value);
        r.require("wal_level", !r.is("wal_level", "minimal"), "replica");
        r.require("max_wal_senders", r.number("max_wal_senders") >= SENDERS, ENOUGH);
        r.require("max_replication_slots", r.number("max_replication_slots") >= SLOTS, ENOUGH);
        r.require("hot_standby", r.isOn("hot_standby"), "on");
        r.require("wal_log_hints", checksums || r.isOn("wal_log_hints"), "on");
        r.require(
                "max_slot_wal_keep_size",
                !r.is("max_slot_wal_keep_size", "-1"),
                (keepBytes >> 20) + "MB");
        r.require(
                "listen_addresses",
                !r.is("listen_addresses", "localhost") && !r.is("listen_addresses", ""),
                "*");
        least.forEach((name, there) -> {
            long proposed = Long.parseLong(r.lacking.getOrDefault(name, "0"));
            if (Math.max(r.number(name), proposed) < there) {
                r.lacking.put(name, Integer.toString(there));
            }
        });
        return r.lacking;
    }

    private void require(String name, boolean fits, String proposed) {
        if (!fits) {
            lacking.put(name, proposed);
        }
    }

    private boolean is(String name, String text) {
        return value.apply(name).toLowerCase(Locale.ROOT).equals(text);
    }

    private boolean isOn(String name) {
        return ON.contains(value.apply(name).toLowerCase(Locale.ROOT));
    }

    /** What is not written as a plain number is a person's care. */
    private long number(String name) {
        String text = value.apply(name);
        return text.matches("\\d{1,9}") ? Long.parseLong(text) : Long.MAX_VALUE;
    }
}
