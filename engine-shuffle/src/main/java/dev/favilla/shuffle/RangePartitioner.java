package dev.favilla.shuffle;

import dev.favilla.attempt.TaskScope;
import dev.favilla.closure.Closure;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Places a key by the range it lies in: all keys of a partition come before all keys of the next.
 *
 * <p>A bound is the last key of its range. There is one partition more than there are bounds; descending, the last range
 * is partition 0. A key lies where Spark's partitioner with the same bounds puts it.
 *
 * <p>Two range partitioners are equal exactly if their bounds, their orders and their directions are. Natural orders are
 * equal; of comparators {@code equals} says it.
 *
 * <p><b>Cost.</b> Keys are compared with up to {@value #LONGEST_SCAN} bounds one by one, with more by halves.
 */
public final class RangePartitioner implements TaskPartitioner {

    private static final long serialVersionUID = 1L;

    private static final int LONGEST_SCAN = 128;

    /** Ascending. */
    private final @Nullable Object[] bounds;

    private final Closure<Comparator<@Nullable Object>> order;
    private final boolean ascending;

    /**
     * @param bounds strictly ascending by {@code order}, which is not checked
     * @param order compares keys
     * @param ascending whether small keys come first
     */
    public RangePartitioner(
            List<? extends @Nullable Object> bounds, Closure<Comparator<@Nullable Object>> order, boolean ascending) {
        this.bounds = bounds.toArray();
        this.order = order;
        this.ascending = ascending;
    }

    /**
     * Places keys by their natural order.
     *
     * @param bounds the last key of each range but the last, strictly ascending; serializable
     * @param ascending whether small keys come first
     * @throws IllegalArgumentException if {@code bounds} are not strictly ascending
     */
    public static <K extends Comparable<? super K>> RangePartitioner of(List<K> bounds, boolean ascending) {
        return checked(bounds, new NaturalKeys("RangePartitioner.of"), ascending);
    }

    /**
     * Places keys by an order.
     *
     * @param bounds the last key of each range but the last, strictly ascending by {@code order}; serializable
     * @param order serializable, see {@code dev.favilla.Ordering}
     * @param ascending whether keys that {@code order} has before others come first
     * @throws IllegalArgumentException if {@code bounds} are not strictly ascending
     */
    @SuppressWarnings("unchecked") // it is given such keys only
    public static <K extends @Nullable Object> RangePartitioner of(
            List<K> bounds, Comparator<? super K> order, boolean ascending) {
        return checked(bounds, (Comparator<@Nullable Object>) order, ascending);
    }

    private static RangePartitioner checked(
            List<? extends @Nullable Object> bounds, Comparator<@Nullable Object> order, boolean ascending) {
        for (int i = 1; i < bounds.size(); i++) {
            if (order.compare(bounds.get(i - 1), bounds.get(i)) >= 0) {
                throw new IllegalArgumentException(
                        "bounds must be strictly ascending, got " + bounds.get(i - 1) + " before " + bounds.get(i));
            }
        }
        return new RangePartitioner(bounds, Closure.capture(order, "RangePartitioner.of"), ascending);
    }

    /** Returns the last key of each range but the last, ascending. */
    public List<@Nullable Object> bounds() {
        return Collections.unmodifiableList(new ArrayList<>(Arrays.asList(bounds)));
    }

    /** Returns whether small keys come first. */
    public boolean isAscending() {
        return ascending;
    }

    /** Returns what compares keys. */
    public Closure<Comparator<@Nullable Object>> order() {
        return order;
    }

    @Override
    public int numPartitions() {
        return bounds.length + 1;
    }

    @Override
    public int partition(@Nullable Object key) {
        return partition(key, order.function());
    }

    private int partition(@Nullable Object key, Comparator<@Nullable Object> comparator) {
        int range = range(key, comparator);
        return ascending ? range : bounds.length - range;
    }

    /** Returns how many bounds come before {@code key}. */
    private int range(@Nullable Object key, Comparator<@Nullable Object> comparator) {
        int low = 0;
        if (bounds.length <= LONGEST_SCAN) {
            while (low < bounds.length && comparator.compare(key, bounds[low]) > 0) {
                low++;
            }
            return low;
        }
        int high = bounds.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (comparator.compare(key, bounds[middle]) > 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    @Override
    public Partitioner forTask(TaskScope scope) {
        return new InTask(this, order.forTask(scope));
    }

    @Override
    public boolean equals(@Nullable Object o) {
        return o instanceof RangePartitioner other
                && ascending == other.ascending
                && Arrays.equals(bounds, other.bounds)
                && (order == other.order || order.function().equals(other.order.function()));
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(bounds) + Boolean.hashCode(ascending);
    }

    @Override
    public String toString() {
        return "RangePartitioner(" + numPartitions() + ")";
    }

    /** The same with an attempt's own copy of the order. */
    private record InTask(RangePartitioner ranges, Comparator<@Nullable Object> comparator) implements Partitioner {

        @Override
        public int numPartitions() {
            return ranges.numPartitions();
        }

        @Override
        public int partition(@Nullable Object key) {
            return ranges.partition(key, comparator);
        }
    }
}
