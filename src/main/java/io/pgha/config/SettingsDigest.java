package io.pgha.config;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A short hash of everything that both nodes must agree on, from which either learns that the other reads another file.
 *
 * <p>It covers the values in force, not how they were written: comments, order, units and whether a default was written
 * out make no difference. What a node may have for itself (paths, programs, listeners) is left out. So is what has its fixed
 * default: a key that only one of two versions knows is no difference while one node is upgraded before the other.
 */
final class SettingsDigest {

    /** Sixteen hexadecimal digits: for telling files apart, not against somebody who forges one. */
    private static final int BYTES = 8;

    private SettingsDigest() {}

    static String of(List<NodePart> parts) {
        StringBuilder text = new StringBuilder("pgha settings 2\n");
        Values shared = parts.get(0).values();
        for (Key<?> key : Keys.all()) {
            // the profile's word is nothing but its values, which follow
            if (key.scope() == Key.Scope.SHARED
                    && !key.equals(TimingKeys.PROFILE)
                    && !hasDefault(shared, key)) {
                text.append(key.path())
                        .append(" = ")
                        .append(canonical(shared, key))
                        .append('\n');
            }
        }
        for (NodePart part : parts) {
            text.append(part.node()).append('\n');
            if (!part.fenceLevels().isEmpty()) {
                text.append(FenceKeys.LEVELS.form().write(part.fenceLevels())).append('\n');
            }
        }
        byte[] hash = sha256().digest(text.toString().getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().formatHex(hash, 0, BYTES);
    }

    private static <T> boolean hasDefault(Values values, Key<T> key) {
        return key.otherwise() instanceof Default.Fixed<T> fixed
                && values.get(key).equals(fixed.value());
    }

    private static <T> String canonical(Values values, Key<T> key) {
        if (key.equals(TimingKeys.GATEWAYS)) {
            return values.get(TimingKeys.GATEWAYS).stream()
                    .sorted()
                    .collect(Collectors.joining(" "));
        }
        return key.form().write(values.get(key));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
