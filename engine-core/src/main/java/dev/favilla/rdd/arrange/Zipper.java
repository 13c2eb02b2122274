package dev.favilla.rdd.arrange;

import dev.favilla.attempt.TaskScope;
import dev.favilla.closure.Closure;
import dev.favilla.function.ZipPartitionsFunction;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.UserCode;
import dev.favilla.rdd.EntryBuilder;
import dev.favilla.rdd.narrow.LocatingIterator;
import java.io.Serializable;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is made of two partitions that are read side by side. */
public sealed interface Zipper extends Serializable {

    /** Returns the user's functions that are called. */
    List<Closure<?>> functions();

    /** Returns the records that both make. */
    Iterator<? extends @Nullable Object> zip(
            LineageNode dataset, Iterator<@Nullable Object> left, Iterator<@Nullable Object> right, TaskScope scope)
            throws Exception;

    /**
     * Pairs of records at the same place.
     *
     * @param pairs makes them
     */
    record Pairwise(EntryBuilder pairs) implements Zipper {

        @Override
        public List<Closure<?>> functions() {
            return List.of();
        }

        @Override
        public Iterator<@Nullable Object> zip(
                LineageNode dataset,
                Iterator<@Nullable Object> left,
                Iterator<@Nullable Object> right,
                TaskScope scope) {
            return new Iterator<>() {
                @Override
                public boolean hasNext() {
                    boolean hasNext = left.hasNext();
                    if (hasNext != right.hasNext()) {
                        throw UserCode.failure(
                                dataset,
                                new IllegalArgumentException(
                                        "Can only zip partitions with the same number of records, and the "
                                                + (hasNext ? "right" : "left") + " side of "
                                                + dataset.callSite() + " ends before the other. If that is meant, use"
                                                + " zipPartitions."));
                    }
                    return hasNext;
                }

                @Override
                public @Nullable Object next() {
                    return pairs.record(left.next(), right.next());
                }
            };
        }
    }

    /**
     * What a function of the user's makes of both iterators.
     *
     * @param function the user's
     */
    record ByFunction(Closure<ZipPartitionsFunction<@Nullable Object, @Nullable Object, @Nullable Object>> function)
            implements Zipper {

        @Override
        public List<Closure<?>> functions() {
            return List.of(function);
        }

        @Override
        public Iterator<? extends @Nullable Object> zip(
                LineageNode dataset,
                Iterator<@Nullable Object> left,
                Iterator<@Nullable Object> right,
                TaskScope scope) {
            try {
                Iterator<? extends @Nullable Object> records =
                        function.forTask(scope).call(left, right);
                if (records == null) {
                    throw new NullPointerException("the function of " + dataset.callSite()
                            + " returned null; return Collections.emptyIterator() for no records");
                }
                return new LocatingIterator(dataset, records);
            } catch (Exception | Error e) {
                throw UserCode.failure(dataset, e);
            }
        }
    }
}
