package dev.favilla.benchmarks;

import dev.favilla.benchmarks.workload.Contender;
import dev.favilla.benchmarks.workload.Workload;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.ToLongFunction;

/**
 * What the systems needed for one workload.
 *
 * @param samples of those that ran
 * @param failures why the others did not get through
 */
record RaceResult(Workload workload, Map<Contender, List<Sample>> samples, Map<Contender, String> failures) {

    RaceResult {
        samples.values().removeIf(List::isEmpty);
    }

    /** Returns whether all runs of all systems had the same result. */
    boolean agrees() {
        return samples.values().stream()
                        .flatMap(List::stream)
                        .mapToLong(Sample::checksum)
                        .distinct()
                        .count()
                <= 1;
    }

    /** Returns the median of a measure over the runs of one system, if it ran. */
    OptionalDouble median(Contender contender, ToLongFunction<Sample> measure) {
        List<Sample> runs = samples.getOrDefault(contender, List.of());
        if (runs.isEmpty()) {
            return OptionalDouble.empty();
        }
        long[] sorted = runs.stream().mapToLong(measure).sorted().toArray();
        int middle = sorted.length / 2;
        return OptionalDouble.of(sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2.0);
    }

    /** Returns how many times as long as {@code base} a system took, by medians. */
    OptionalDouble ratio(Contender contender, Contender base) {
        OptionalDouble mine = median(contender, Sample::nanos);
        OptionalDouble other = median(base, Sample::nanos);
        return mine.isEmpty() || other.isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(mine.getAsDouble() / other.getAsDouble());
    }
}
