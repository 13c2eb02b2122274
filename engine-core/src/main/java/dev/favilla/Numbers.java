package dev.favilla;

import dev.favilla.attempt.TaskScope;
import dev.favilla.lineage.Action;
import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.Cursor;
import dev.favilla.lineage.Sink;
import dev.favilla.lineage.UserCode;
import dev.favilla.stats.HyperLogLog;
import dev.favilla.stats.StatCounter;
import dev.favilla.value.Primitive;
import java.io.Serializable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the actions on numbers do in each partition, and with what comes of it. Partial results merge in partition order. */
final class Numbers {

    private Numbers() {}

    /** Returns a number as it is; a null among them fails the job. */
    private static double number(@Nullable Object record, CallSite callSite) {
        if (record == null) {
            throw UserCode.failure(
                    callSite.toString(),
                    "null",
                    new NullPointerException("a dataset of numbers has null in the place of a number. Filter it out"
                            + " before mapToDouble"));
        }
        return (Double) record;
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
            Actions.drain(input, sink);
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

        private static final class SumSink extends Sink {

            private final CallSite callSite;
            private double sum;

            SumSink(CallSite callSite) {
                this.callSite = callSite;
            }

            @Override
            public boolean push(@Nullable Object record) {
                sum += number(record, callSite);
                return true;
            }

            @Override
            public int pushAll(@Nullable Object[] records, int from, int to) {
                double all = sum;
                for (int i = from; i < to; i++) {
                    all += number(records[i], callSite);
                }
                sum = all;
                return to - from;
            }

            @Override
            public int pushNumbers(Primitive kind, long[] bits, int from, int to) throws Exception {
                if (kind != Primitive.DOUBLE) {
                    return super.pushNumbers(kind, bits, from, to);
                }
                double all = sum;
                for (int i = from; i < to; i++) {
                    all += Double.longBitsToDouble(bits[i]);
                }
                sum = all;
                return to - from;
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
        Sink both = new Sink() {
            @Override
            public boolean push(@Nullable Object record) {
                numbers.merge(number(record, callSite));
                return sum.push(record);
            }
        };
        Actions.drain(input, both);
        return new Total(sum.sum, numbers);
    }

    /** All that a {@link StatCounter} knows. */
    record Stats(String name, CallSite callSite) implements Action {

        @Override
        public StatCounter run(Cursor input, TaskScope scope) throws Exception {
            StatsSink sink = new StatsSink(callSite);
            Actions.drain(input, sink);
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

        private static final class StatsSink extends Sink {

            private final StatCounter counter = new StatCounter();

            private final CallSite callSite;

            StatsSink(CallSite callSite) {
                this.callSite = callSite;
            }

            @Override
            public boolean push(@Nullable Object record) {
                counter.merge(number(record, callSite));
                return true;
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
            Actions.drain(input, sink);
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

        private static final class BucketSink extends Sink {

            private final CallSite callSite;
            private final Buckets buckets;
            private final long[] counts;

            BucketSink(Buckets buckets, CallSite callSite) {
                this.callSite = callSite;
                this.buckets = buckets;
                this.counts = new long[buckets.count()];
            }

            @Override
            public boolean push(@Nullable Object record) {
                int bucket = buckets.of(number(record, callSite));
                if (bucket >= 0) {
                    counts[bucket]++;
                }
                return true;
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
