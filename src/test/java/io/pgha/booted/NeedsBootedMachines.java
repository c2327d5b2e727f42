package io.pgha.booted;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The test needs root and what boots machines. Where it is missing it is skipped with the reason, unless the environment says
 * {@code PGHA_REQUIRE=systemd}: then it fails.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(NeedsBootedMachines.Condition.class)
@interface NeedsBootedMachines {

    /** Looks for what is needed. */
    final class Condition implements ExecutionCondition {

        private static final List<String> PROGRAMS =
                List.of("systemd-nspawn", "debootstrap", "dpkg-deb", "ip", "nsenter", "unshare");

        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            List<String> missing = new ArrayList<>();
            if (!"root".equals(System.getProperty("user.name"))) {
                missing.add("root");
            }
            PROGRAMS.stream()
                    .filter(p -> !Files.isExecutable(Path.of("/usr/bin", p)))
                    .filter(p -> !Files.isExecutable(Path.of("/usr/sbin", p)))
                    .forEach(missing::add);
            if (missing.isEmpty()) {
                return ConditionEvaluationResult.enabled("all there");
            }
            String why = "missing: " + String.join(", ", missing);
            String required = String.valueOf(System.getenv("PGHA_REQUIRE"));
            if (List.of(required.split("[, ]+")).contains("systemd")) {
                throw new AssertionError(why + "; run packaging/prerequisites booted as root");
            }
            return ConditionEvaluationResult.disabled(why);
        }
    }
}
