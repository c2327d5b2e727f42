package io.pgha.it;

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
 * The test needs root and the programs of the test bed. Where they are missing it is skipped with the reason, unless the
 * environment says {@code PGHA_REQUIRE=netns}: then it fails, so that green cannot mean skipped.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(NeedsNamespaces.Condition.class)
@interface NeedsNamespaces {

    /** Looks for what is needed. */
    final class Condition implements ExecutionCondition {

        private static final List<String> PROGRAMS = List.of(
                "ip",
                "nft",
                "haproxy",
                "pgbouncer",
                "nsenter",
                "unshare",
                "setpriv",
                "ping",
                "bash");
        private static final List<String> PLACES =
                List.of("/usr/sbin", "/usr/bin", "/sbin", "/bin");

        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            List<String> missing = new ArrayList<>();
            if (!"root".equals(System.getProperty("user.name"))) {
                missing.add("root");
            }
            if (!Files.isDirectory(Path.of("/usr/lib/postgresql"))) {
                missing.add("PostgreSQL in /usr/lib/postgresql");
            }
            for (String program : PROGRAMS) {
                if (PLACES.stream().noneMatch(p -> Files.isExecutable(Path.of(p, program)))) {
                    missing.add(program);
                }
            }
            if (missing.isEmpty()) {
                return ConditionEvaluationResult.enabled("all there");
            }
            String why = "missing: " + String.join(", ", missing);
            String required = String.valueOf(System.getenv("PGHA_REQUIRE"));
            if (List.of(required.split("[, ]+")).contains("netns")) {
                throw new AssertionError(why + "; run packaging/prerequisites as root");
            }
            return ConditionEvaluationResult.disabled(why);
        }
    }
}
