package dev.favilla;

import dev.favilla.attempt.TaskScope;
import dev.favilla.lineage.Action;
import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.Cursor;
import dev.favilla.lineage.Sink;
import dev.favilla.lineage.UserCode;
import dev.favilla.stats.HyperLogLog;
import dev.favilla.stats.StatCounter;
import java.io.Serializable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the actions on numbers do in each partition, and with what comes of it. Partial results merge in partition order. */
final class Numbers {

    private Numbers() {}

    /** Takes numbers as they are; a null among them fails the job. */
    private abstract static class NumberSink extends Sink {

        private final CallSite callSite;

        NumberSink(CallSite callSite) {
            this.callSite = callSite;
        }

        abstract void take(double number);

        @Override
        public boolean push(@Nullable Object record) {
            if (record == null) {
                throw UserCode.failure(
                        callSite.toString(),
                        "null",
                        new NullPointerException("a dataset of numbers has null in the place of a number. Filter it out"
                                + " before mapToDouble"));
            }
            take((Double) record);
            return true;
        }

        void drain(Cursor input) throws Exception {
            input.drain(this);
            end();
        }
    }

    /** The sum. */
    record Sum(CallSite callSite) implements Action {

        @Override
        public String name() {
            return "sum";
        }

        @Override
        public Double run(Cursor input, TaskScope scope) throws Exception {
            SumSink sink = new SumSink(callSite);
            sink.drain(input);
            return sink.sum;
        }

        @Override
        public Double merge(List<@Nullable Object> staged) {
            double sum = 0;
            for (Object part : staged) {
                sum += (Double) part;
            }
            return sum;
        }

        private static final class SumSink extends NumberSink {

            private double sum;

            SumSink(CallSite callSite) {
                super(callSite);
            }

            @Override
            void take(double number) {
                sum += number;
            }
        }
    }

    /**
     * What a partition comes to: the sum as {@link Sum} adds it up, bit for bit, and what else there is to know.
     *
     * @param numbers must not be changed
     */
    record Total(double sum, StatCounter numbers) implements Serializable {}

    /** Adds up a partition's numbers in one pass. */
    static Total total(Cursor input, CallSite callSite) throws Exception {
        Sum.SumSink sum = new Sum.SumSink(callSite);
        StatCounter numbers = new StatCounter();
        NumberSink both = new NumberSink(callSite) {
            @Override
            void take(double number) {
                sum.take(number);
                numbers.merge(number);
            }
        };
        both.drain(input);
        return new Total(sum.sum, numbers);
    }

    /** All that a {@link StatCounter} knows. */
    record Stats(String name, CallSite callSite) implements Action {

        @Override
        public StatCounter run(Cursor input, TaskScope scope) throws Exception {
            StatsSink sink = new StatsSink(callSite);
            sink.drain(input);
            return sink.counter;
        }

        @Override
        public StatCounter merge(List<@Nullable Object> staged) {
            StatCounter all = new StatCounter();
            for (Object part : staged) {
                all.merge((StatCounter) part);
            }
            return all;
        }

        private static final class StatsSink extends NumberSink {

            private final StatCounter counter = new StatCounter();

            StatsSink(CallSite callSite) {
                super(callSite);
            }

            @Override
            void take(double number) {
                counter.merge(number);
            }
        }
    }

    /**
     * How many numbers lie in which bucket.
     *
     * @param buckets between which edges
     */
    record Count(Buckets buckets, CallSite callSite) implements Action {

        @Override
        public String name() {
            return "histogram";
        }

        @Override
        public long[] run(Cursor input, TaskScope scope) throws Exception {
            BucketSink sink = new BucketSink(buckets, callSite);
            sink.drain(input);
            return sink.counts;
        }

        @Override
        public long[] merge(List<@Nullable Object> staged) {
            long[] all = new long[buckets.count()];
            for (Object part : staged) {
                long[] counts = (long[]) part;
                for (int i = 0; i < all.length; i++) {
                    all[i] += counts[i];
                }
            }
            return all;
        }

        private static final class BucketSink extends NumberSink {

            private final Buckets buckets;
            private final long[] counts;

            BucketSink(Buckets buckets, CallSite callSite) {
                super(callSite);
                this.buckets = buckets;
                this.counts = new long[buckets.count()];
            }

            @Override
            void take(double number) {
                int bucket = buckets.of(number);
                if (bucket >= 0) {
                    counts[bucket]++;
                }
            }
        }
    }

    /** A sketch of the distinct records, whatever they are. */
    record Distinct(int precision, CallSite callSite) implements Action {

        @Override
        public String name() {
            return "countApproxDistinct";
        }

        @Override
        public HyperLogLog run(Cursor input, TaskScope scope) throws Exception {
            HyperLogLog sketch = new HyperLogLog(precision);
            Sink sink = new Sink() {
                @Override
                public boolean push(@Nullable Object record) {
                    sketch.add(record);
                    return true;
                }
            };
            input.drain(sink);
            sink.end();
            return sketch;
        }

        @Override
        public HyperLogLog merge(List<@Nullable Object> staged) {
            HyperLogLog all = new HyperLogLog(precision);
            for (Object part : staged) {
                all.merge((HyperLogLog) part);
            }
            return all;
        }
    }
}
