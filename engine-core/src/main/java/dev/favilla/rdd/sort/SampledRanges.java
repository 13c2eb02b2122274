package dev.favilla.rdd.sort;

import dev.favilla.attempt.TaskScope;
import dev.favilla.lineage.EntryExtractor;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.PreparedPartitioner;
import dev.favilla.lineage.UserCode;
import dev.favilla.lineage.UserCodeException;
import dev.favilla.shuffle.Partitioner;
import dev.favilla.shuffle.RangePartitioner;
import dev.favilla.shuffle.TaskPartitioner;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Places keys by ranges of about equally many records, whose bounds come from a sample of the records. The sample is
 * taken before the first job that needs the bounds, once; retries, later jobs and isolated executors use the same ones.
 *
 * <p>There are as many partitions as were asked for, since that must be known before. Where the sample has fewer bounds,
 * because there are few keys or many records of one, the last partitions stay empty. Equal to itself only, since what it
 * will find is not known.
 *
 * <p><b>Threads.</b> May be used from any thread.
 */
public final class SampledRanges implements TaskPartitioner, PreparedPartitioner {

    private static final long serialVersionUID = 1L;

    private final LineageNode input;
    private final EntryExtractor entries;
    private final int count;
    private final KeyOrder order;
    private final String operation;

    /** Null before the sample. */
    private final AtomicReference<@Nullable RangePartitioner> found = new AtomicReference<>();

    /**
     * @param input the dataset that is to be sampled
     * @param entries takes its records apart
     * @param count how many partitions, at least 1; one needs no sample
     * @param order in which order keys come
     * @param operation the user's call, for errors
     */
    public SampledRanges(LineageNode input, EntryExtractor entries, int count, KeyOrder order, String operation) {
        this.input = input;
        this.entries = entries;
        this.count = count;
        this.order = order;
        this.operation = operation;
        if (count == 1) {
            found.set(new RangePartitioner(List.of(), order.comparator(), order.ascending()));
        }
    }

    @Override
    public LineageNode input() {
        return input;
    }

    /** Returns in which order keys come. */
    public KeyOrder order() {
        return order;
    }

    @Override
    public boolean isPrepared() {
        return found.get() != null;
    }

    @Override
    public void prepare(Jobs jobs) {
        if (!isPrepared()) {
            List<?> bounds = new RangeSample(order, entries, count, operation).bounds(input, jobs);
            found.compareAndSet(null, new RangePartitioner(bounds, order.comparator(), order.ascending()));
        }
    }

    /**
     * Returns the ranges that were found.
     *
     * @throws IllegalStateException before that
     */
    public RangePartitioner ranges() {
        RangePartitioner ranges = found.get();
        if (ranges == null) {
            throw new IllegalStateException(
                    "The ranges of " + operation + " are not known before an action has run that"
                            + " needs them: their bounds come from a sample of its input.");
        }
        return ranges;
    }

    @Override
    public int numPartitions() {
        return count;
    }

    @Override
    public int partition(@Nullable Object key) {
        return ranges().partition(key);
    }

    @Override
    public Partitioner forTask(TaskScope scope) {
        return new Located(ranges().forTask(scope), count, operation);
    }

    /** What is written instead: what was found. */
    private Object writeReplace() {
        return new Found(ranges(), count, operation);
    }

    @Override
    public String toString() {
        return "SampledRanges(" + count + ") of " + operation;
    }

    /** Says where exceptions of the user's comparator come from. */
    private record Located(Partitioner ranges, int numPartitions, String operation) implements Partitioner {

        @Override
        public int partition(@Nullable Object key) {
            try {
                return ranges.partition(key);
            } catch (RuntimeException | Error e) {
                throw UserCode.failure(operation, UserCodeException.preview(key), e);
            }
        }
    }

    /** What stands in a copy of the lineage. */
    private record Found(RangePartitioner ranges, int numPartitions, String operation) implements TaskPartitioner {

        @Override
        public int partition(@Nullable Object key) {
            return ranges.partition(key);
        }

        @Override
        public Partitioner forTask(TaskScope scope) {
            return new Located(ranges.forTask(scope), numPartitions, operation);
        }
    }
}
