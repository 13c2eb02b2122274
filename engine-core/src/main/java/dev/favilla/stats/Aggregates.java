package dev.favilla.stats;

import dev.favilla.function.CombineFunction;
import dev.favilla.function.FilterFunction;
import dev.favilla.function.MapFunction;
import dev.favilla.function.ReduceFunction;
import dev.favilla.function.ZeroFunction;
import dev.favilla.function.ZipFunction;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Common {@link Aggregate}s, and ways to put them together.
 *
 * <pre>{@code
 * PairRDD<String, Summary> summaries = delays.aggregateByKey(
 *     Aggregates.teeing(Aggregates.counting(), Aggregates.averaging(d -> d), Summary::new));
 * }</pre>
 */
public final class Aggregates {

    private Aggregates() {}

    /**
     * Makes one of its functions.
     *
     * @param zero makes a part of no values
     */
    public static <T extends @Nullable Object, A extends @Nullable Object, R extends @Nullable Object>
            Aggregate<T, A, R> of(
                    ZeroFunction<A> zero,
                    CombineFunction<A, ? super T> add,
                    ReduceFunction<A> merge,
                    MapFunction<? super A, ? extends R> finish) {
        return new Composed<>(zero, add, merge, finish);
    }

    /** Returns how many values there are. */
    public static <T extends @Nullable Object> Aggregate<T, Long, Long> counting() {
        return of(() -> 0L, (count, value) -> count + 1, Long::sum, count -> count);
    }

    /** Returns the sum of whole numbers; an overflow is an {@link ArithmeticException}. */
    public static <T extends @Nullable Object> Aggregate<T, Long, Long> summingLong(
            MapFunction<? super T, Long> number) {
        return of(() -> 0L, (sum, value) -> Math.addExact(sum, number.call(value)), Math::addExact, sum -> sum);
    }

    /** Returns the sum of numbers. */
    public static <T extends @Nullable Object> Aggregate<T, Double, Double> summingDouble(
            MapFunction<? super T, Double> number) {
        return of(() -> 0.0, (sum, value) -> sum + number.call(value), Double::sum, sum -> sum);
    }

    /** Returns the mean of numbers; NaN of none. */
    public static <T extends @Nullable Object> Aggregate<T, StatCounter, Double> averaging(
            MapFunction<? super T, Double> number) {
        return mapping(number, stats(stats -> stats.count() == 0 ? Double.NaN : stats.mean()));
    }

    /** Returns count, mean, variance and extremes of numbers. */
    public static <T extends @Nullable Object> Aggregate<T, StatCounter, StatCounter> statistics(
            MapFunction<? super T, Double> number) {
        return mapping(number, stats(StatCounter::copy));
    }

    private static <R> Aggregate<Double, StatCounter, R> stats(MapFunction<StatCounter, R> finish) {
        return of(StatCounter::new, StatCounter::merge, StatCounter::merge, finish);
    }

    /** Returns the smallest and the largest value by natural order; null of none. The first of equal ones counts. */
    public static <T extends Comparable<? super T>> Aggregate<T, @Nullable MinMax<T>, @Nullable MinMax<T>> minMax() {
        return minMax(new Natural<>());
    }

    /** Returns the smallest and the largest value by {@code order}, which is serializable; null of none. */
    public static <T extends @Nullable Object> Aggregate<T, @Nullable MinMax<T>, @Nullable MinMax<T>> minMax(
            Comparator<? super T> order) {
        return of(
                () -> null,
                (found, value) -> found == null ? new MinMax<>(value, value) : found.with(value, order),
                (left, right) -> left == null ? right : right == null ? left : left.with(right, order),
                found -> found);
    }

    /** Returns the {@code n} largest values by {@code order}, which is serializable, the largest first. */
    public static <T extends @Nullable Object> Aggregate<T, List<T>, List<T>> topN(int n, Comparator<? super T> order) {
        if (n < 1) {
            throw new IllegalArgumentException("n must be >= 1, got " + n);
        }
        return of(
                ArrayList::new,
                (top, value) -> insert(top, value, n, order),
                (left, right) -> {
                    for (T value : right) {
                        insert(left, value, n, order);
                    }
                    return left;
                },
                top -> Collections.unmodifiableList(new ArrayList<>(top)));
    }

    /** The first of equal ones stays in front. */
    private static <T extends @Nullable Object> List<T> insert(
            List<T> top, T value, int n, Comparator<? super T> order) {
        if (top.size() == n && order.compare(value, top.get(n - 1)) <= 0) {
            return top;
        }
        int place = top.size();
        while (place > 0 && order.compare(value, top.get(place - 1)) > 0) {
            place--;
        }
        top.add(place, value);
        if (top.size() > n) {
            top.remove(n);
        }
        return top;
    }

    /** Returns all values, in the order of their records. */
    public static <T extends @Nullable Object> Aggregate<T, List<T>, List<T>> toList() {
        return of(
                ArrayList::new,
                (list, value) -> {
                    list.add(value);
                    return list;
                },
                (left, right) -> {
                    left.addAll(right);
                    return left;
                },
                list -> Collections.unmodifiableList(new ArrayList<>(list)));
    }

    /** Returns how often each value of a few comes, by natural order. */
    public static <T extends Comparable<? super T>> Aggregate<T, Map<T, Long>, Map<T, Long>> counts() {
        return of(
                TreeMap::new,
                (counts, value) -> {
                    counts.merge(value, 1L, Long::sum);
                    return counts;
                },
                (left, right) -> {
                    right.forEach((value, count) -> left.merge(value, count, Long::sum));
                    return left;
                },
                counts -> Collections.unmodifiableMap(new TreeMap<>(counts)));
    }

    /** Returns about how many distinct values there are, with a relative standard deviation of {@code relativeSd}. */
    public static <T extends @Nullable Object> Aggregate<T, HyperLogLog, Long> approxDistinct(double relativeSd) {
        int precision = HyperLogLog.precisionFor(relativeSd);
        return of(() -> new HyperLogLog(precision), HyperLogLog::add, HyperLogLog::merge, HyperLogLog::estimate);
    }

    /** Aggregates what {@code function} makes of each value. */
    public static <
                    S extends @Nullable Object,
                    T extends @Nullable Object,
                    A extends @Nullable Object,
                    R extends @Nullable Object>
            Aggregate<S, A, R> mapping(MapFunction<? super S, ? extends T> function, Aggregate<T, A, R> then) {
        return of(then::zero, (part, value) -> then.add(part, function.call(value)), then::merge, then::finish);
    }

    /** Aggregates the values that {@code predicate} holds for. */
    public static <T extends @Nullable Object, A extends @Nullable Object, R extends @Nullable Object>
            Aggregate<T, A, R> filtering(FilterFunction<? super T> predicate, Aggregate<T, A, R> then) {
        return of(
                then::zero,
                (part, value) -> predicate.call(value) ? then.add(part, value) : part,
                then::merge,
                then::finish);
    }

    /** Aggregates in two ways at once and puts both results together. */
    public static <
                    T extends @Nullable Object,
                    A extends @Nullable Object,
                    B extends @Nullable Object,
                    R extends @Nullable Object,
                    S extends @Nullable Object,
                    U extends @Nullable Object>
            Aggregate<T, Both<A, B>, U> teeing(
                    Aggregate<? super T, A, R> left,
                    Aggregate<? super T, B, S> right,
                    ZipFunction<? super R, ? super S, ? extends U> together) {
        return of(
                () -> new Both<>(left.zero(), right.zero()),
                (parts, value) -> new Both<>(left.add(parts.left(), value), right.add(parts.right(), value)),
                (first, second) ->
                        new Both<>(left.merge(first.left(), second.left()), right.merge(first.right(), second.right())),
                parts -> together.call(left.finish(parts.left()), right.finish(parts.right())));
    }

    /** The parts of two aggregates, side by side. */
    public record Both<A extends @Nullable Object, B extends @Nullable Object>(A left, B right)
            implements Serializable {}

    private record Composed<T extends @Nullable Object, A extends @Nullable Object, R extends @Nullable Object>(
            ZeroFunction<A> zeros,
            CombineFunction<A, ? super T> adding,
            ReduceFunction<A> merging,
            MapFunction<? super A, ? extends R> finishing)
            implements Aggregate<T, A, R> {

        @Override
        public A zero() throws Exception {
            return zeros.call();
        }

        @Override
        public A add(A part, T value) throws Exception {
            return adding.call(part, value);
        }

        @Override
        public A merge(A left, A right) throws Exception {
            return merging.call(left, right);
        }

        @Override
        public R finish(A part) throws Exception {
            return finishing.call(part);
        }
    }

    private record Natural<T extends Comparable<? super T>>() implements Comparator<T>, Serializable {

        @Override
        public int compare(T left, T right) {
            return left.compareTo(right);
        }
    }
}
