package dev.favilla.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The probes of one test, measured by {@link NoLeaks} at its very end.
 *
 * <p>Take it as a parameter of the test, or of a method that runs before each:
 *
 * <pre>{@code
 * @BeforeEach
 * void open(LeakProbes probes) {
 *     probes.register(reservedBytesOf(manager));
 * }
 * }</pre>
 *
 * <p><b>Threads.</b> For the thread that runs the test.
 */
public final class LeakProbes {

    private final List<LeakProbe> probes = new ArrayList<>();

    LeakProbes() {}

    /** Has {@code probe} measured once, after this test. */
    public void register(LeakProbe probe) {
        probes.add(probe);
    }

    /** Returns a sentence for each probe that does not measure zero. */
    List<String> findings() {
        return probes.stream()
                .map(LeakProbes::finding)
                .flatMap(Optional::stream)
                .toList();
    }

    private static Optional<String> finding(LeakProbe probe) {
        try {
            long left = probe.measure();
            return left == 0 ? Optional.empty() : Optional.of(probe.name() + ": " + left + " left, expected 0");
        } catch (RuntimeException e) { // the other probes are still to be asked
            return Optional.of(probe.name() + ": could not be measured: " + e);
        }
    }
}
