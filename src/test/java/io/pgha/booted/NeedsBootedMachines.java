package io.pgha.booted;

import io.pgha.it.Run;

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
 * The test needs root, what boots machines, a control group of its own for each, and an image to boot, which is made here if
 * there is none yet. Where something is missing it is skipped and the output says why, unless the environment says {@code
 * PGHA_REQUIRE=systemd}: then it fails.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(NeedsBootedMachines.Condition.class)
@interface NeedsBootedMachines {

    /** Looks for what is needed. */
    final class Condition implements ExecutionCondition {

        private static final List<String> PROGRAMS =
                List.of("systemd-nspawn", "debootstrap", "dpkg-deb", "ip", "nsenter", "unshare");

        /** What booting does with a cgroup, done once: made, filled, and ended with all that is in it. */
        private static final String CGROUP = """
                set -e
                umount -R /sys/fs/cgroup
                mount -t cgroup2 cgroup2 /sys/fs/cgroup
                group=/sys/fs/cgroup/pgha-lab-look-$$
                mkdir "$group"
                sleep 60 &
                trap 'kill -9 $! || true; wait; rmdir "$group"' EXIT
                echo $! >"$group/cgroup.procs"
                echo 1 >"$group/cgroup.kill"
                while ! grep -q 'populated 0' "$group/cgroup.events"; do sleep 0.05; done
                """;

        /** Looked for once in a JVM: making the image in vain takes its time. */
        private static final class Once {
            static final String MISSING = missing();
        }

        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            if (Once.MISSING.isEmpty()) {
                return ConditionEvaluationResult.enabled("all there");
            }
            String required = String.valueOf(System.getenv("PGHA_REQUIRE"));
            if (List.of(required.split("[, ]+")).contains("systemd")) {
                throw new AssertionError(
                        Once.MISSING + "; run packaging/prerequisites booted as root");
            }
            System.out.println("BOOT " + context.getDisplayName()
                    + " is skipped, since this machine cannot boot others: " + Once.MISSING
                    + ". With PGHA_REQUIRE=systemd it would fail");
            return ConditionEvaluationResult.disabled(Once.MISSING);
        }

        private static String missing() {
            if (!"root".equals(System.getProperty("user.name"))) {
                return "missing: root";
            }
            List<String> programs = PROGRAMS.stream()
                    .filter(p -> !Files.isExecutable(Path.of("/usr/bin", p)))
                    .filter(p -> !Files.isExecutable(Path.of("/usr/sbin", p)))
                    .toList();
            if (!programs.isEmpty()) {
                return "missing: " + String.join(", ", programs);
            }
            Run cgroup = Run.of(List.of(
                    "unshare", "--mount", "--propagation", "private", "bash", "-c", CGROUP));
            if (cgroup.code() != 0) {
                return "no cgroup v2 can be made and ended here: " + lastLine(cgroup.err());
            }
            try {
                BaseImage.get();
                return "";
            } catch (IllegalStateException | AssertionError e) {
                return "no image to boot: " + lastLine(String.valueOf(e.getMessage()));
            }
        }

        private static String lastLine(String text) {
            return text.lines()
                    .filter(line -> !line.isBlank())
                    .reduce((before, last) -> last)
                    .orElse("it does not say why")
                    .strip();
        }
    }
}
