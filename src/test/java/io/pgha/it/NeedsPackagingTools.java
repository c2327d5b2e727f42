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
import java.util.List;

/**
 * The test needs the programs that read and check packages. Where they are missing it is skipped with the reason, unless the
 * environment says {@code PGHA_REQUIRE=packages}: then it fails.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(NeedsPackagingTools.Condition.class)
@interface NeedsPackagingTools {

    /** Looks for what is needed. */
    final class Condition implements ExecutionCondition {

        private static final List<String> PROGRAMS = List.of(
                "dpkg-deb",
                "rpm",
                "lintian",
                "rpmlint",
                "systemd-analyze",
                "man",
                "bash",
                "zsh",
                "nft");

        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            List<String> missing = PROGRAMS.stream()
                    .filter(p -> !Files.isExecutable(Path.of("/usr/bin", p)))
                    .filter(p -> !Files.isExecutable(Path.of("/usr/sbin", p)))
                    .toList();
            if (missing.isEmpty()) {
                return ConditionEvaluationResult.enabled("all there");
            }
            String why = "missing: " + String.join(", ", missing);
            String required = String.valueOf(System.getenv("PGHA_REQUIRE"));
            if (List.of(required.split("[, ]+")).contains("packages")) {
                throw new AssertionError(why + "; run packaging/prerequisites packages as root");
            }
            return ConditionEvaluationResult.disabled(why);
        }
    }
}
