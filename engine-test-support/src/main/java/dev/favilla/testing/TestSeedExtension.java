package dev.favilla.testing;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestWatcher;

/**
 * Gives {@link TestSeed} parameters to test methods and to methods that run before or after each test, and prints how
 * to replay a test that took one and failed.
 *
 * <p>Registered for every module; no test names it.
 *
 * <p><b>Failures.</b> A {@code favilla.seed} that is no number fails each test that takes a seed.
 */
public final class TestSeedExtension implements ParameterResolver, TestWatcher {

    private static final String PROPERTY = "favilla.seed";
    private static final Namespace NAMESPACE = Namespace.create(TestSeedExtension.class);

    /** Called by the service loader. */
    public TestSeedExtension() {}

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == TestSeed.class
                && context.getTestMethod().isPresent();
    }

    @Override
    public TestSeed resolveParameter(ParameterContext parameter, ExtensionContext context) {
        String id = context.getUniqueId();
        return seedsOfSiblings(context).getOrComputeIfAbsent(id, TestSeedExtension::seed, TestSeed.class);
    }

    @Override
    public void testFailed(ExtensionContext context, @Nullable Throwable cause) {
        TestSeed seed = seedsOfSiblings(context).get(context.getUniqueId(), TestSeed.class);
        if (seed != null) {
            System.err.println(replayLine(module(), context.getRequiredTestClass(), testMethod(context), seed));
        }
    }

    /** The parent's store: the test's own is closed by the time its failure is told. */
    private static Store seedsOfSiblings(ExtensionContext context) {
        return context.getParent().orElse(context).getStore(NAMESPACE);
    }

    private static TestSeed seed(String uniqueId) {
        String asked = System.getProperty(PROPERTY);
        return asked == null ? TestSeed.named(uniqueId) : TestSeed.of(parse(asked));
    }

    static long parse(String asked) {
        try {
            return Long.parseLong(asked);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    PROPERTY + " must be a whole number of 64 bits, got \"" + asked + "\"", e);
        }
    }

    static String replayLine(String module, Class<?> testClass, String method, TestSeed seed) {
        String fullName = testClass.getName();
        String test = fullName.substring(fullName.lastIndexOf('.') + 1) + "#" + method;
        return "Replay: ./mvnw -pl " + module + " -am test -Dtest='" + test
                + "' -Dsurefire.failIfNoSpecifiedTests=false -D" + PROPERTY + "=" + seed.value();
    }

    private static String testMethod(ExtensionContext context) {
        return context.getRequiredTestMethod().getName();
    }

    /** The build runs each module's tests in the module's folder, which bears its name. */
    private static String module() {
        Path folder = Path.of(System.getProperty("user.dir")).getFileName();
        return folder == null ? "." : folder.toString();
    }
}
