package dev.favilla;

import dev.favilla.attempt.TaskScope;
import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.Cursor;
import dev.favilla.stats.BoundedDouble;
import dev.favilla.stats.Estimates;
import dev.favilla.stats.StatCounter;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The approximate actions. Each stages in a partition what the exact action does, or more, so that the exact result has the
 * same bits.
 */
final class Approximations {

    /** Spark's. */
    static final double DEFAULT_CONFIDENCE = 0.95;

    /** Some 292 years. */
    private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE);

    private Approximations() {}

    /**
     * Returns a wait of that time.
     *
     * @throws IllegalArgumentException if {@code timeout} is null or below zero
     */
    static JobRunner.Patience patience(Duration timeout) {
        if (Arguments.notNull(timeout, "timeout").isNegative()) {
            throw new IllegalArgumentException("timeout must be >= 0, got " + timeout);
        }
        Duration limit = timeout.compareTo(LONGEST) > 0 ? LONGEST : timeout;
        return job -> job.await(limit);
    }

    private static void check(double confidence) {
        if (!(confidence >= 0 && confidence <= 1)) {
            throw new IllegalArgumentException("confidence must be >= 0 and <= 1, got " + confidence);
        }
    }

    private static Estimates.Seen seen(List<@Nullable Object> staged, int of) {
        return new Estimates.Seen(staged.size(), of);
    }

    /** How many records there are. */
    record Count(double confidence) implements Approximation<BoundedDouble> {

        private static final Actions.Count EXACT = new Actions.Count();

        Count {
            check(confidence);
        }

        @Override
        public String name() {
            return "countApprox";
        }

        @Override
        public Long run(Cursor input, TaskScope scope) throws Exception {
            return EXACT.run(input, scope);
        }

        @Override
        public BoundedDouble merge(List<@Nullable Object> staged) {
            return estimate(staged, staged.size());
        }

        @Override
        public BoundedDouble estimate(List<@Nullable Object> staged, int of) {
            return Estimates.count(EXACT.merge(staged), seen(staged, of), confidence);
        }
    }

    /** What numbers are on average. */
    record Mean(double confidence, CallSite callSite) implements Approximation<BoundedDouble> {

        Mean {
            check(confidence);
        }

        @Override
        public String name() {
            return "meanApprox";
        }

        private Numbers.Stats exact() {
            return new Numbers.Stats(name(), callSite);
        }

        @Override
        public StatCounter run(Cursor input, TaskScope scope) throws Exception {
            return exact().run(input, scope);
        }

        @Override
        public BoundedDouble merge(List<@Nullable Object> staged) {
            return estimate(staged, staged.size());
        }

        @Override
        public BoundedDouble estimate(List<@Nullable Object> staged, int of) {
            return Estimates.mean(exact().merge(staged), seen(staged, of), confidence);
        }
    }

    /** The sum of numbers. */
    record Sum(double confidence, CallSite callSite) implements Approximation<BoundedDouble> {

        Sum {
            check(confidence);
        }

        @Override
        public String name() {
            return "sumApprox";
        }

        @Override
        public Numbers.Total run(Cursor input, TaskScope scope) throws Exception {
            return Numbers.total(input, callSite);
        }

        @Override
        public BoundedDouble merge(List<@Nullable Object> staged) {
            return estimate(staged, staged.size());
        }

        @Override
        public BoundedDouble estimate(List<@Nullable Object> staged, int of) {
            double sum = 0;
            StatCounter numbers = new StatCounter();
            for (Object part : staged) {
                Numbers.Total total = (Numbers.Total) part;
                sum += total.sum();
                numbers.merge(total.numbers());
            }
            return Estimates.sum(sum, numbers, seen(staged, of), confidence);
        }
    }

    /** How often each key comes, of partitions that have a pair of each of their keys and its count. */
    record CountByKey(double confidence, CallSite callSite)
            implements Approximation<Map<@Nullable Object, BoundedDouble>> {

        CountByKey {
            check(confidence);
        }

        @Override
        public String name() {
            return callSite.operation();
        }

        private Actions.Collect pairs() {
            return new Actions.Collect(name(), Integer.MAX_VALUE);
        }

        @Override
        public List<@Nullable Object> run(Cursor input, TaskScope scope) throws Exception {
            return pairs().run(input, scope);
        }

        @Override
        public long resultBytes(@Nullable Object staged) {
            return pairs().resultBytes(staged);
        }

        @Override
        public Map<@Nullable Object, BoundedDouble> merge(List<@Nullable Object> staged) {
            return estimate(staged, staged.size());
        }

        @Override
        public Map<@Nullable Object, BoundedDouble> estimate(List<@Nullable Object> staged, int of) {
            Map<@Nullable Object, Long> counts = new LinkedHashMap<>();
            for (Object part : staged) {
                for (Object entry : (List<?>) part) {
                    Pair<?, ?> pair = (Pair<?, ?>) entry;
                    counts.merge(pair.key(), (Long) pair.value(), Long::sum);
                }
            }
            Estimates.Seen seen = seen(staged, of);
            Map<@Nullable Object, BoundedDouble> all = new LinkedHashMap<>();
            counts.forEach((key, count) -> all.put(key, Estimates.count(count, seen, confidence)));
            return all;
        }
    }
}
