package dev.favilla.testing;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Fails a test that leaves threads, files or anything its {@link LeakProbe}s count.
 *
 * <p>Registered for every module; no test names it. A leak is a live thread or an entry of {@code java.io.tmpdir} that
 * was not there before the test and whose name starts with {@code favilla-}, or a probe that does not measure zero.
 * Threads have two seconds to end. The audit comes after everything else that belongs to the test, also after fields
 * marked {@code @AutoClose} are closed.
 *
 * <p><b>Threads.</b> The audit runs on the thread of the test and expects no other test to run beside it.
 *
 * <p><b>Failures.</b> A leak is a {@link LeakError}. Where the test itself has failed, that failure is reported and the
 * leak is suppressed beneath it. What leaks from one test is not held against the next.
 */
public final class NoLeaks implements BeforeEachCallback, ParameterResolver {

    private static final Namespace NAMESPACE = Namespace.create(NoLeaks.class);
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    /** Called by the service loader. */
    public NoLeaks() {}

    @Override
    public void beforeEach(ExtensionContext context) {
        if (!allowsLeaks(context)) {
            LeakAudit audit = LeakAudit.begin(Path.of(System.getProperty("java.io.tmpdir")), PATIENCE);
            // Stored first, so closed last: the store closes what it holds in reverse.
            store(context).put(LeakAudit.class, audit);
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == LeakProbes.class
                && context.getTestMethod().isPresent();
    }

    @Override
    public LeakProbes resolveParameter(ParameterContext parameter, ExtensionContext context) {
        LeakAudit audit = store(context).get(LeakAudit.class, LeakAudit.class);
        if (audit == null) {
            throw new ExtensionConfigurationException("A test marked @AllowsLeaks is not audited, so it takes no"
                    + " LeakProbes. Remove one of the two from " + context.getDisplayName() + ".");
        }
        return audit.probes();
    }

    private static Store store(ExtensionContext context) {
        return context.getStore(NAMESPACE);
    }

    private static boolean allowsLeaks(ExtensionContext context) {
        boolean here = context.getElement()
                .map(element -> element.getAnnotation(AllowsLeaks.class))
                .map(allowance -> checked(allowance, context))
                .isPresent();
        return here || context.getParent().map(NoLeaks::allowsLeaks).orElse(false);
    }

    private static AllowsLeaks checked(AllowsLeaks allowance, ExtensionContext context) {
        if (allowance.reason().isBlank()) {
            throw new ExtensionConfigurationException("@AllowsLeaks on " + context.getDisplayName()
                    + " has a blank reason. Say why the test cannot clean up.");
        }
        return allowance;
    }
}
