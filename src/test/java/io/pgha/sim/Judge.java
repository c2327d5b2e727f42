package io.pgha.sim;

import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

import java.util.Arrays;

/** Runs those tests that are named, as {@code class#method}, and says of each on one line how it went. */
public final class Judge {

    static final String GREEN = "GREEN ";
    static final String RED = "RED ";

    private Judge() {}

    /** A process of its own, so that its class path can begin with something else. */
    public static void main(String[] names) {
        LauncherFactory.create()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(Arrays.stream(names)
                                        .map(DiscoverySelectors::selectMethod)
                                        .toList())
                                .build(),
                        new TestExecutionListener() {
                            @Override
                            public void executionFinished(
                                    TestIdentifier test, TestExecutionResult result) {
                                say(test, result);
                            }
                        });
    }

    private static void say(TestIdentifier test, TestExecutionResult result) {
        String name = test.getLegacyReportingName();
        if (result.getThrowable().isPresent()) {
            String why = result.getThrowable().get().toString();
            System.out.println(RED + name + " " + why.replace('\n', ' '));
        } else if (test.isTest()) {
            System.out.println(GREEN + name);
        }
    }
}
