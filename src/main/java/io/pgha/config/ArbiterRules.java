package io.pgha.config;

import io.pgha.config.Settings.Backend;
import io.pgha.model.Guard;
import io.pgha.model.Policy;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** Refuses keys of an arbiter that the guard does not use, and a guard whose arbiter is not named. */
final class ArbiterRules {

    private final Values values;
    private final Complaints complaints;

    ArbiterRules(Values values, Complaints complaints) {
        this.values = values;
        this.complaints = complaints;
    }

    /** Checks one node. */
    void check() {
        values.find(TimingKeys.GUARD).ifPresent(guard -> {
            belongs(guard);
            if (guard == Guard.WITNESS) {
                needed(
                        ArbiterKeys.WITNESS_HOST,
                        "the host that runs pgha witness: witness.host = \"192.0.2.3\"");
            }
            if (guard == Guard.ETCD) {
                needed(
                        ArbiterKeys.ENDPOINTS,
                        "etcd's members: etcd.endpoints = [\"https://192.0.2.3:2379\"]");
                etcd();
            }
        });
        PolicyPart.of(values, Guard.MANUAL)
                .filter(policy -> policy.guard().isLease())
                .ifPresent(this::wholeSeconds);
    }

    private void belongs(Guard guard) {
        for (Key<?> key : ArbiterKeys.all()) {
            String block = key.path().substring(0, key.path().indexOf('.'));
            if (values.isWritten(key) && !block.equals(word(guard))) {
                complain(
                        key,
                        "is used with guard = " + block + " only, and guard is " + word(guard));
            }
        }
    }

    private void needed(Key<?> key, String what) {
        if (!values.isWritten(key)) {
            complain(key, "is not set; this guard needs " + what);
        }
    }

    private void etcd() {
        boolean user = values.isWritten(ArbiterKeys.USER);
        if (user != values.isWritten(ArbiterKeys.PASSWORD_FILE)) {
            complain(
                    user ? ArbiterKeys.PASSWORD_FILE : ArbiterKeys.USER,
                    "is not set; etcd.user and etcd.password_file belong together");
        }
        List<String> endpoints = values.find(ArbiterKeys.ENDPOINTS).orElse(List.of());
        if (values.isWritten(ArbiterKeys.ENDPOINTS) && endpoints.isEmpty()) {
            values.find(ArbiterKeys.ENDPOINTS)
                    .ifPresent(none -> complain(
                            ArbiterKeys.ENDPOINTS,
                            "is empty; name the members of the etcd cluster"));
        }
        boolean https = endpoints.stream().allMatch(e -> e.startsWith("https:"));
        if (user && !https && !endpoints.stream().allMatch(ArbiterRules::isSecret)) {
            complain(
                    ArbiterKeys.ENDPOINTS,
                    "sends the password of etcd.user in clear text over http; use https");
        }
        if (values.isWritten(ArbiterKeys.CA_FILE)
                && endpoints.stream().noneMatch(e -> e.startsWith("https:"))) {
            complain(ArbiterKeys.CA_FILE, "is used with https:// in etcd.endpoints only");
        }
    }

    private static boolean isSecret(String endpoint) {
        return endpoint.startsWith("https:")
                || endpoint.startsWith("http://127.")
                || endpoint.startsWith("http://[::1]");
    }

    /** ipset(8): a timeout has whole seconds, and the gate is armed with what is left after rounding down. */
    private void wholeSeconds(Policy p) {
        Duration permit = p.permit(p.lease());
        boolean iptables =
                values.find(PlaceKeys.BACKEND).filter(Backend.IPTABLES::equals).isPresent();
        if (iptables && permit.compareTo(Duration.ofSeconds(1)) < 0) {
            complaints.add(
                    values.line(TimingKeys.LEASE),
                    TimingKeys.LEASE.path(),
                    "lease " + Quantity.text(p.lease()) + " - close_timeout "
                            + Quantity.text(p.closeTimeout()) + " = " + Quantity.text(permit)
                            + " >= 1s does not hold: with gate.backend = iptables the gate is armed for"
                            + " whole seconds, and would never open");
        }
    }

    private static String word(Guard guard) {
        return guard.name().toLowerCase(Locale.ROOT);
    }

    private void complain(Key<?> key, String message) {
        complaints.add(values.line(key), values.pathOf(key), message);
    }
}
