package dev.favilla.testing;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.List;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineTestKit;

/** Runs test classes that are meant to fail, with the extensions on as every module has them. */
final class Fixtures {

    private Fixtures() {}

    /** Returns how each test of the class ended. */
    static List<TestExecutionResult> run(Class<?> testClass) {
        return EngineTestKit.engine("junit-jupiter")
                .configurationParameter("junit.jupiter.extensions.autodetection.enabled", "true")
                .selectors(selectClass(testClass))
                .execute()
                .testEvents()
                .finished()
                .stream()
                .map(event -> event.getRequiredPayload(TestExecutionResult.class))
                .toList();
    }

    /** Returns what made the one test of the class fail. */
    static Throwable failureOf(Class<?> testClass) {
        List<TestExecutionResult> results = run(testClass);
        if (results.size() != 1) {
            throw new AssertionError("Expected one test in " + testClass + ", got " + results);
        }
        return results.get(0).getThrowable().orElseThrow(() -> new AssertionError("The test passed: " + testClass));
    }
}
