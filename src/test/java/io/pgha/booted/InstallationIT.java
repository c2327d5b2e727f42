package io.pgha.booted;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pgha.it.Run;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The commands of the readme's section Install, typed as they stand there on two machines with PostgreSQL and nothing of pgha,
 * lead to a pair that is sound by its own check; and what then holds of it.
 */
@Tag("systemd")
@NeedsBootedMachines
class InstallationIT extends BootMatrixContract {

    private static final int MOST = 10;

    private final List<String> typed = new ArrayList<>();
    private final List<String> transcript = new ArrayList<>();

    @Override
    String guard() {
        return "failcount";
    }

    @Override
    BootedLab open() {
        return BootedLab.open(BootedLab.Thirds.NOBODY);
    }

    @Override
    void install(BootedLab lab) {
        Installation.bare(lab);
        StringBuilder said = new StringBuilder();
        for (ReadmeInstall.Line line : ReadmeInstall.lines()) {
            for (BootedNode node : line.nodes(lab)) {
                if (line.isMeant(said.toString())) {
                    said.append(type(node, line).out());
                }
            }
        }
        transcript.forEach(System.out::println);
        // The events follow one another faster than one failover may follow another by default.
        for (BootedNode node : lab.nodes()) {
            node.machine().shell("""
                    echo 'failover_block = 0s' >>/etc/pgha/pgha.conf
                    systemctl reload pgha
                    """).orFail();
        }
    }

    private Run type(BootedNode node, ReadmeInstall.Line line) {
        long begun = System.nanoTime();
        Run run = node.machine().typed(line.command(), line.answers(guard()));
        typed.add(node.name());
        transcript.add(String.format(
                Locale.ROOT,
                "INSTALL | %s | %s | %.1f s |",
                node.name(),
                line.command(),
                (System.nanoTime() - begun) / 1e9));
        if (run.code() != 0) {
            System.out.println(String.join("\n", transcript) + "\n" + lab().diagnosis());
            throw new AssertionError(run);
        }
        return run;
    }

    @Test
    @Order(0)
    void theReadmeNeedsAtMostTenCommandsANode() {
        for (BootedNode node : lab().nodes()) {
            long count = typed.stream().filter(node.name()::equals).count();
            assertTrue(count > 3 && count <= MOST, () -> node.name() + ": " + count);
        }
        assertEquals(lab().node1(), settled());
    }
}
