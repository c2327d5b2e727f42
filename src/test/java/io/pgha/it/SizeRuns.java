package io.pgha.it;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * How an outage and the way back grow with the database: the same faults on pairs of growing size. None of it copies the
 * database, so it should not grow.
 */
final class SizeRuns {

    private static final List<Fault> FAULTS =
            List.of(Fault.SWITCHOVER, Fault.HANDOVER, Fault.CRASH);

    private final Contender contender;
    private final Consumer<Figures> found;
    /** By what was measured: the figures of the first size. */
    private final Map<String, Spread> smallest = new HashMap<>();

    SizeRuns(Contender contender, Consumer<Figures> found) {
        this.contender = contender;
        this.found = found;
    }

    /** Measures a pair of that size; {@code runs} runs a fault in a bed. */
    void measure(double gigabytes, Function<Fault, List<BenchBed.Seen>> runs) {
        for (Fault fault : FAULTS.stream().filter(contender::takes).toList()) {
            List<BenchBed.Seen> seen = runs.apply(fault);
            if (seen.isEmpty()) {
                continue;
            }
            line(fault.word(), gigabytes, FaultFigures.gaps(seen));
            Optional<Spread> rejoins = FaultFigures.rejoins(seen);
            if (contender.bringsBack() && !fault.isPlanned()) {
                rejoins.ifPresent(spread -> line("rejoin", gigabytes, spread));
            }
        }
    }

    private void line(String what, double gigabytes, Spread spread) {
        Spread first = smallest.computeIfAbsent(what, w -> spread);
        found.accept(SizeFigures.of(what, gigabytes, contender, spread, first));
    }
}
