package dev.favilla.rdd;

import dev.favilla.attempt.Metric;
import dev.favilla.attempt.TaskMetrics;
import dev.favilla.closure.ClassRecipe;
import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.Cursor;
import dev.favilla.lineage.Sink;
import dev.favilla.lineage.Source;
import dev.favilla.lineage.TaskInputs;
import dev.favilla.value.Boxes;
import java.lang.invoke.MethodHandles;
import java.math.BigInteger;

/** Whole numbers in even steps, made where they are needed. */
public final class RangeNode extends Node implements Source {

    private final long start;
    private final long step;
    private final long count;
    private final int slices;

    /**
     * @param end exclusive
     * @param step not 0
     * @throws IllegalArgumentException if there are more numbers than a long can count
     */
    public RangeNode(int id, CallSite callSite, long start, long end, long step, int slices) {
        super(id, "RangeRDD", callSite);
        this.start = start;
        this.step = step;
        this.count = count(start, end, step);
        this.slices = slices;
    }

    private static long count(long start, long end, long step) {
        if (step > 0 ? start >= end : start <= end) {
            return 0;
        }
        BigInteger span =
                BigInteger.valueOf(end).subtract(BigInteger.valueOf(start)).abs();
        BigInteger[] parts = span.divideAndRemainder(BigInteger.valueOf(step).abs());
        BigInteger count = parts[1].signum() == 0 ? parts[0] : parts[0].add(BigInteger.ONE);
        if (count.bitLength() > 63) {
            throw new IllegalArgumentException("range from " + start + " to " + end + " by " + step + " has " + count
                    + " numbers, more than " + Long.MAX_VALUE);
        }
        return count.longValueExact();
    }

    /** Returns the first number, if there is any. */
    public long start() {
        return start;
    }

    /** Returns the difference between two numbers, not 0. */
    public long step() {
        return step;
    }

    /** Returns how many numbers there are. */
    public long count() {
        return count;
    }

    @Override
    protected int countPartitions() {
        return slices;
    }

    @Override
    public Cursor open(int partition, TaskInputs inputs) {
        long from = Slices.start(count, slices, partition);
        long to = Slices.start(count, slices, partition + 1);
        return new RangeCursor(
                start + from * step, step, to - from, inputs.scope().metrics());
    }

    private static final class RangeCursor implements Cursor {

        private final long step;
        private final TaskMetrics metrics;
        private long next;
        private long left;

        RangeCursor(long first, long step, long count, TaskMetrics metrics) {
            this.next = first;
            this.step = step;
            this.left = count;
            this.metrics = metrics;
        }

        @Override
        public boolean drive(Sink sink, int max) throws Exception {
            long before = left;
            long stop = Math.max(0, left - max);
            boolean wanted = true;
            while (left > stop && wanted) {
                wanted = sink.push(Boxes.fresh(next));
                next += step;
                left--;
            }
            metrics.add(Metric.RECORDS_READ, before - left);
            return wanted && left > 0;
        }

        @Override
        public ClassRecipe recipe() {
            return new ClassRecipe(MethodHandles.lookup(), next, step, left, metrics);
        }
    }
}
