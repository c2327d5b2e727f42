package io.pgha.sim;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;

/** Deliberate breaks that the simulator notices at once; all the others: packaging/simulate --teeth. */
final class TeethTest {

    private static final long LIMIT = 100;

    @TestFactory
    List<DynamicTest> aQuickBreakIsNoticed() throws IOException {
        return Tooth.read(Teeth.LIST).stream()
                .filter(Tooth::quick)
                .map(tooth -> DynamicTest.dynamicTest(tooth.name(), () -> isNoticed(tooth)))
                .toList();
    }

    private static void isNoticed(Tooth tooth) throws Exception {
        BiFunction<String, Long, String> simulator = BrokenProduct.with(tooth);
        int jobs = Runtime.getRuntime().availableProcessors();
        assertTrue(
                Teeth.firstBroken(simulator, tooth.terms(), LIMIT, jobs) <= LIMIT,
                () -> "no law was broken within " + LIMIT + " schedules");
    }

    @Test
    void everyBreakStillFitsTheSources() throws IOException {
        List<Tooth> teeth = Tooth.read(Teeth.LIST);
        for (Tooth tooth : teeth) {
            assertFalse(tooth.broken().isEmpty(), tooth.name());
        }
        assertTrue(teeth.stream().filter(Tooth::quick).count() >= 20);
    }

    @Test
    void everyTestThatABreakIsToHurtIsThere() throws Exception {
        int seen = 0;
        for (Tooth tooth : Tooth.read(Teeth.LIST)) {
            for (Tooth.Real real : tooth.real().stream().toList()) {
                Set<String> laws = laws(Class.forName(real.type()));
                assertTrue(laws.containsAll(List.of(real.broken(), real.held())), tooth.name());
                assertFalse(real.because().isEmpty(), tooth.name());
                seen = seen + 1;
            }
        }
        assertTrue(seen >= 2);
    }

    private static Set<String> laws(Class<?> type) {
        Set<String> laws = new HashSet<>();
        for (Class<?> c = type; c != Object.class; c = c.getSuperclass()) {
            Arrays.stream(c.getDeclaredMethods())
                    .filter(m -> m.isAnnotationPresent(Test.class))
                    .forEach(m -> laws.add(m.getName()));
        }
        return laws;
    }
}
