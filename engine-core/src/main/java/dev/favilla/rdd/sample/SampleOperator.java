package dev.favilla.rdd.sample;

import dev.favilla.attempt.TaskScope;
import dev.favilla.lineage.DatasetPartition;
import dev.favilla.lineage.Operator;
import dev.favilla.lineage.Sink;
import dev.favilla.lineage.TaskInputs;
import java.io.Serializable;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Records come through by chance. What chance decides follows from the seed and the partition, so that each run of the same
 * partition keeps the same records.
 *
 * @param draw how often a record comes through
 * @param seed chance
 */
public record SampleOperator(Draw draw, long seed) implements Operator.Push {

    private static final long GOLDEN = 0x9e3779b97f4a7c15L;

    /** How often a record comes through. */
    public sealed interface Draw extends Serializable {

        /** Returns how many times the next record comes through. */
        int next(SplittableRandom random);
    }

    /**
     * Once, if a number drawn evenly from 0 to 1 lies in a range.
     *
     * @param from the lower end, inclusive
     * @param to the upper end, exclusive
     */
    public record Within(double from, double to) implements Draw {

        @Override
        public int next(SplittableRandom random) {
            double drawn = random.nextDouble();
            return drawn >= from && drawn < to ? 1 : 0;
        }
    }

    /**
     * As often as the law of Poisson says: what drawing with replacement amounts to.
     *
     * @param mean how often on average, at least 0
     */
    public record Poisson(double mean) implements Draw {

        /** Beyond this the exponential below would lose precision: the sum of two draws is drawn. */
        private static final double LARGEST_MEAN = 64;

        @Override
        public int next(SplittableRandom random) {
            double left = mean;
            int sum = 0;
            while (left > LARGEST_MEAN) {
                sum += drawn(LARGEST_MEAN, random);
                left -= LARGEST_MEAN;
            }
            return sum + drawn(left, random);
        }

        private static int drawn(double mean, SplittableRandom random) {
            double limit = Math.exp(-mean);
            int count = -1;
            double product = 1;
            do {
                count++;
                product *= random.nextDouble();
            } while (product > limit);
            return count;
        }
    }

    /** Returns chance as a partition meets it. */
    public static SplittableRandom chance(long seed, int partition) {
        return new SplittableRandom(seed + (partition + 1) * GOLDEN).split();
    }

    @Override
    public String name() {
        return "sample";
    }

    @Override
    public boolean keepsPartitioner() {
        return true;
    }

    @Override
    public boolean multiplies() {
        return draw instanceof Poisson;
    }

    @Override
    public boolean mayReuse() {
        return false;
    }

    @Override
    public Sink over(DatasetPartition result, Sink downstream, TaskInputs inputs) {
        SplittableRandom random = chance(seed, result.number());
        return new SampleSink(downstream, inputs.scope()) {
            @Override
            int times(@Nullable Object record) {
                return draw.next(random);
            }
        };
    }

    /** Passes each record on as many times as chance says. */
    abstract static class SampleSink extends Sink {

        private static final int CHECK_MASK = 63;

        private final Sink downstream;
        private final TaskScope scope;

        SampleSink(Sink downstream, TaskScope scope) {
            this.downstream = downstream;
            this.scope = scope;
        }

        /** Draws how many times a record is passed on. */
        abstract int times(@Nullable Object record);

        @Override
        public final boolean push(@Nullable Object record) throws Exception {
            for (int left = times(record); left > 0; left--) {
                if ((left & CHECK_MASK) == 0) { // one record may come through very often
                    scope.checkKilled();
                }
                if (!downstream.push(record)) {
                    return false;
                }
            }
            return true;
        }

        @Override
        public final void end() throws Exception {
            downstream.end();
        }
    }
}
