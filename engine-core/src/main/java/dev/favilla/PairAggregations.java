package dev.favilla;

import static dev.favilla.Arguments.notNull;

import dev.favilla.function.CombineFunction;
import dev.favilla.function.MapFunction;
import dev.favilla.function.ReduceFunction;
import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.ShuffleDependency;
import dev.favilla.rdd.Combiners;
import dev.favilla.rdd.LocalCombineOperator;
import dev.favilla.rdd.ShuffledNode;
import dev.favilla.rdd.narrow.MapValuesOperator;
import dev.favilla.shuffle.Aggregator;
import dev.favilla.shuffle.Partitioner;
import dev.favilla.spill.Combiner;
import dev.favilla.spill.GatherValues;
import dev.favilla.stats.Aggregate;
import dev.favilla.stats.Aggregates;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How all values of a key become one. {@link PairRDD} has all of it.
 *
 * @param <K> the type of the keys
 * @param <V> the type of the values
 */
abstract sealed class PairAggregations<K extends @Nullable Object, V extends @Nullable Object> extends RDD<Pair<K, V>>
        permits PairRDD {

    PairAggregations(Datasets datasets, LineageNode node) {
        super(datasets, node);
    }

    // ---------------------------------------------------------------- by functions

    /** As {@link #reduceByKey(ReduceFunction, int)} with the default number of partitions. */
    public final PairRDD<K, V> reduceByKey(ReduceFunction<V> merge) {
        return reduceByKey(merge, defaultPartitioner(), CallSites.here("reduceByKey"));
    }

    /**
     * Returns one record per distinct key, its values merged with {@code merge}.
     *
     * <p><b>Shape.</b> {@code P} partitions of {@code (K, V)} become {@code partitions} partitions of {@code (K, V)}.
     * Key {@code k} lands in the partition chosen by its hash; order within a partition is unspecified.
     *
     * <p><b>Cost.</b> Wide: cuts a stage, unless keys lie so already. Values merge on the map side first. A task holds its
     * distinct keys and moves to local disk what does not fit.
     *
     * <p><b>Laziness.</b> Nothing runs until an action. {@code merge} may run again after a lost partition.
     *
     * @param merge associative and commutative, free of side effects
     * @param partitions number of output partitions, at least 1
     * @throws IllegalArgumentException if {@code partitions < 1}
     */
    public final PairRDD<K, V> reduceByKey(ReduceFunction<V> merge, int partitions) {
        return reduceByKey(merge, hash(partitions), CallSites.here("reduceByKey"));
    }

    /** As {@link #reduceByKey(ReduceFunction, int)}, with keys placed by {@code partitioner}. */
    public final PairRDD<K, V> reduceByKey(Partitioner partitioner, ReduceFunction<V> merge) {
        return reduceByKey(merge, partitioner, CallSites.here("reduceByKey"));
    }

    @SuppressWarnings("unchecked") // the values of this dataset are Vs
    private PairRDD<K, V> reduceByKey(ReduceFunction<V> merge, Partitioner partitioner, CallSite site) {
        var combiner =
                new Combiners.Reduce((ReduceFunction<@Nullable Object>) notNull(merge, "merge"), site.toString());
        return combined(combiner, true, true, partitioner, site);
    }

    /** As {@link #groupByKey(int)} with the default number of partitions. */
    public final PairRDD<K, Iterable<V>> groupByKey() {
        return groupByKey(defaultPartitioner(), CallSites.here("groupByKey"));
    }

    /**
     * Returns the values of each key, in the order of their partitions; they can be read repeatedly, and are not to be
     * changed.
     *
     * <p><b>Shape.</b> {@code P} partitions of {@code (K, V)} become {@code partitions} partitions of
     * {@code (K, Iterable<V>)}.
     *
     * <p><b>Cost.</b> Wide, unless keys lie so already: every record is shuffled. A task holds the groups of its partition and
     * moves to local disk what does not fit. A group too large for a list is read from there each time it is iterated,
     * until its task ends; collected, cached or shuffled on, it is copied into a list, or refused if none can hold it.
     *
     * @param partitions at least 1
     */
    public final PairRDD<K, Iterable<V>> groupByKey(int partitions) {
        return groupByKey(hash(partitions), CallSites.here("groupByKey"));
    }

    /** As {@link #groupByKey(int)}, with keys placed by {@code partitioner}. */
    public final PairRDD<K, Iterable<V>> groupByKey(Partitioner partitioner) {
        return groupByKey(partitioner, CallSites.here("groupByKey"));
    }

    final PairRDD<K, Iterable<V>> groupByKey(Partitioner partitioner, CallSite site) {
        return combined(new GatherValues(), false, true, partitioner, site);
    }

    /** As {@link #aggregateByKey(Object, int, CombineFunction, ReduceFunction)} with the default partitions. */
    public final <C extends @Nullable Object> PairRDD<K, C> aggregateByKey(
            C zero, CombineFunction<C, ? super V> add, ReduceFunction<C> merge) {
        return aggregateByKey(zero, defaultPartitioner(), add, merge, CallSites.here("aggregateByKey"));
    }

    /**
     * Returns one accumulator per distinct key: in each map partition a fresh copy of {@code zero} to which the key's
     * values were added, and these merged.
     *
     * <p><b>Shape.</b> {@code P} partitions of {@code (K, V)} become {@code partitions} partitions of {@code (K, C)}.
     *
     * <p><b>Cost.</b> Wide, unless keys lie so already. A map task holds the accumulators of all its keys, and moves to local
     * disk, serialized, what does not fit.
     *
     * @param zero serializable; copied for each key unless it is immutable
     * @param partitions at least 1
     * @param add may change and return the accumulator
     * @param merge may change and return its first argument
     */
    public final <C extends @Nullable Object> PairRDD<K, C> aggregateByKey(
            C zero, int partitions, CombineFunction<C, ? super V> add, ReduceFunction<C> merge) {
        return aggregateByKey(zero, hash(partitions), add, merge, CallSites.here("aggregateByKey"));
    }

    /** As the form with a number, with keys placed by {@code partitioner}. */
    public final <C extends @Nullable Object> PairRDD<K, C> aggregateByKey(
            C zero, Partitioner partitioner, CombineFunction<C, ? super V> add, ReduceFunction<C> merge) {
        return aggregateByKey(zero, partitioner, add, merge, CallSites.here("aggregateByKey"));
    }

    /** As {@link #foldByKey(Object, int, ReduceFunction)} with the default number of partitions. */
    public final PairRDD<K, V> foldByKey(V zero, ReduceFunction<V> merge) {
        return foldByKey(zero, defaultPartitioner(), merge, CallSites.here("foldByKey"));
    }

    /**
     * Returns one record per distinct key, its values merged into {@code zero}. The zero is used once for each key in each
     * map partition, as a copy unless it is immutable.
     *
     * <p><b>Shape.</b> {@code P} partitions of {@code (K, V)} become {@code partitions} partitions of {@code (K, V)}.
     *
     * <p><b>Cost.</b> That of {@link #aggregateByKey(Object, int, CombineFunction, ReduceFunction)}.
     *
     * @param zero serializable; neutral for {@code merge}, or it counts several times
     * @param partitions at least 1
     * @param merge associative; may change and return its first argument, never its second
     */
    public final PairRDD<K, V> foldByKey(V zero, int partitions, ReduceFunction<V> merge) {
        return foldByKey(zero, hash(partitions), merge, CallSites.here("foldByKey"));
    }

    /** As {@link #foldByKey(Object, int, ReduceFunction)}, with keys placed by {@code partitioner}. */
    public final PairRDD<K, V> foldByKey(V zero, Partitioner partitioner, ReduceFunction<V> merge) {
        return foldByKey(zero, partitioner, merge, CallSites.here("foldByKey"));
    }

    @SuppressWarnings("unchecked") // the values of this dataset are Vs
    private PairRDD<K, V> foldByKey(V zero, Partitioner partitioner, ReduceFunction<V> merge, CallSite site) {
        var merging = (ReduceFunction<@Nullable Object>) notNull(merge, "merge");
        var combiner = new Combiners.Fold(zero(zero, site), new Combiners.Merging(merging), merging, site.toString());
        return combined(combiner, true, false, partitioner, site);
    }

    /** As {@link #combineByKey(MapFunction, CombineFunction, ReduceFunction, int)} with the default partitions. */
    public final <C extends @Nullable Object> PairRDD<K, C> combineByKey(
            MapFunction<? super V, ? extends C> create, CombineFunction<C, ? super V> add, ReduceFunction<C> merge) {
        CallSite site = CallSites.here("combineByKey");
        return combined(combine(create, add, merge, site), true, false, defaultPartitioner(), site);
    }

    /**
     * Returns one accumulator per distinct key: made of the key's first value in each map partition, to which the others
     * there were added, and these merged.
     *
     * <p><b>Shape.</b> {@code P} partitions of {@code (K, V)} become {@code partitions} partitions of {@code (K, C)}.
     *
     * <p><b>Cost.</b> Wide, unless keys lie so already. A map task holds the accumulators of all its keys, and moves to local
     * disk, serialized, what does not fit.
     *
     * @param create may be called once for each key in each map partition
     * @param add may change and return the accumulator
     * @param merge may change and return its first argument
     * @param partitions at least 1
     */
    public final <C extends @Nullable Object> PairRDD<K, C> combineByKey(
            MapFunction<? super V, ? extends C> create,
            CombineFunction<C, ? super V> add,
            ReduceFunction<C> merge,
            int partitions) {
        CallSite site = CallSites.here("combineByKey");
        return combined(combine(create, add, merge, site), true, false, hash(partitions), site);
    }

    /** As the form with a number, with keys placed by {@code partitioner}. */
    public final <C extends @Nullable Object> PairRDD<K, C> combineByKey(
            MapFunction<? super V, ? extends C> create,
            CombineFunction<C, ? super V> add,
            ReduceFunction<C> merge,
            Partitioner partitioner) {
        return combineByKey(create, add, merge, partitioner, true);
    }

    /**
     * As the form with a number, with keys placed by {@code partitioner}.
     *
     * @param mapSideCombine whether map tasks combine before they send; without it every record is shuffled, and
     *     {@code merge} called for what was moved to local disk only
     */
    public final <C extends @Nullable Object> PairRDD<K, C> combineByKey(
            MapFunction<? super V, ? extends C> create,
            CombineFunction<C, ? super V> add,
            ReduceFunction<C> merge,
            Partitioner partitioner,
            boolean mapSideCombine) {
        CallSite site = CallSites.here("combineByKey");
        return combined(combine(create, add, merge, site), mapSideCombine, false, partitioner, site);
    }

    @SuppressWarnings("unchecked") // values are Vs, accumulators Cs
    private static Combiners.Combine combine(
            MapFunction<?, ?> create, CombineFunction<?, ?> add, ReduceFunction<?> merge, CallSite site) {
        return new Combiners.Combine(
                (MapFunction<@Nullable Object, @Nullable Object>) notNull(create, "create"),
                (CombineFunction<@Nullable Object, @Nullable Object>) notNull(add, "add"),
                (ReduceFunction<@Nullable Object>) notNull(merge, "merge"),
                site.toString());
    }

    // ---------------------------------------------------------------- by aggregates

    /** As {@link #aggregateByKey(Aggregate, int)} with the default number of partitions. */
    public final <R extends @Nullable Object> PairRDD<K, R> aggregateByKey(Aggregate<? super V, ?, R> aggregate) {
        return aggregated(aggregate, defaultPartitioner(), CallSites.here("aggregateByKey"));
    }

    /**
     * Returns what the values of each distinct key come to, such as those of {@link Aggregates} say.
     *
     * <p><b>Shape.</b> {@code P} partitions of {@code (K, V)} become {@code partitions} partitions of {@code (K, R)}.
     *
     * <p><b>Cost.</b> That of {@link #aggregateByKey(Object, int, CombineFunction, ReduceFunction)}: values are added on the
     * map side, in one part for each key and map partition.
     *
     * @param partitions at least 1
     */
    public final <R extends @Nullable Object> PairRDD<K, R> aggregateByKey(
            Aggregate<? super V, ?, R> aggregate, int partitions) {
        return aggregated(aggregate, hash(partitions), CallSites.here("aggregateByKey"));
    }

    /** As {@link #aggregateByKey(Aggregate, int)}, with keys placed by {@code partitioner}. */
    public final <R extends @Nullable Object> PairRDD<K, R> aggregateByKey(
            Aggregate<? super V, ?, R> aggregate, Partitioner partitioner) {
        return aggregated(aggregate, partitioner, CallSites.here("aggregateByKey"));
    }

    /** As {@link #countApproxDistinctByKey(double, int)} with the default number of partitions. */
    public final PairRDD<K, Long> countApproxDistinctByKey(double relativeSd) {
        return aggregated(
                Aggregates.approxDistinct(relativeSd),
                defaultPartitioner(),
                CallSites.here("countApproxDistinctByKey"));
    }

    /**
     * Returns about how many distinct values each distinct key has, by {@link dev.favilla.stats.HyperLogLog}.
     *
     * <p><b>Shape.</b> {@code P} partitions of {@code (K, V)} become {@code partitions} partitions of {@code (K, Long)}.
     *
     * <p><b>Cost.</b> As {@link #aggregateByKey(Aggregate, int)}, with parts of about {@code (1.04 / relativeSd)^2} bytes.
     *
     * @param relativeSd the standard deviation of an estimate relative to the true number, above 0.000017; Spark's default
     *     is 0.05
     * @param partitions at least 1
     */
    public final PairRDD<K, Long> countApproxDistinctByKey(double relativeSd, int partitions) {
        CallSite site = CallSites.here("countApproxDistinctByKey");
        return aggregated(Aggregates.approxDistinct(relativeSd), hash(partitions), site);
    }

    /** As {@link #countApproxDistinctByKey(double, int)}, with keys placed by {@code partitioner}. */
    public final PairRDD<K, Long> countApproxDistinctByKey(double relativeSd, Partitioner partitioner) {
        CallSite site = CallSites.here("countApproxDistinctByKey");
        return aggregated(Aggregates.approxDistinct(relativeSd), partitioner, site);
    }

    @SuppressWarnings("unchecked") // values are Vs, and parts what the aggregate made
    private <R extends @Nullable Object> PairRDD<K, R> aggregated(
            Aggregate<? super V, ?, R> aggregate, Partitioner partitioner, CallSite site) {
        var parts = (Aggregate<@Nullable Object, @Nullable Object, @Nullable Object>)
                (Aggregate<?, ?, ?>) notNull(aggregate, "aggregate");
        PairRDD<K, Object> unfinished =
                combined(new Combiners.Parts(parts, site.toString()), true, false, partitioner, site);
        return new PairRDD<>(
                datasets(),
                unfinished.narrow(
                        site, new MapValuesOperator(capture(new Combiners.Finish(parts), site), PairFormat.of(site))));
    }

    // ---------------------------------------------------------------- what they are made of

    @SuppressWarnings("unchecked") // values are Vs, accumulators Cs
    private <C extends @Nullable Object> PairRDD<K, C> aggregateByKey(
            C zero,
            Partitioner partitioner,
            CombineFunction<C, ? super V> add,
            ReduceFunction<C> merge,
            CallSite site) {
        var combiner = new Combiners.Fold(
                zero(zero, site),
                (CombineFunction<@Nullable Object, @Nullable Object>) (CombineFunction<?, ?>) notNull(add, "add"),
                (ReduceFunction<@Nullable Object>) notNull(merge, "merge"),
                site.toString());
        return combined(combiner, true, false, partitioner, site);
    }

    private <C extends @Nullable Object> PairRDD<K, C> combined(
            Combiner<@Nullable Object, @Nullable Object> combiner,
            boolean mapSide,
            boolean restartable,
            Partitioner partitioner,
            CallSite site) {
        Aggregator aggregator = new Aggregator(capture(combiner, site), mapSide, restartable);
        if (Joins.liesAs(this, partitioner)) {
            return new PairRDD<>(
                    datasets(),
                    narrow(site, new LocalCombineOperator(aggregator, PairFormat.of(site), PairFormat.of(site))));
        }
        return shuffled(partitioner, aggregator, site);
    }

    final <C extends @Nullable Object> PairRDD<K, C> shuffled(
            Partitioner partitioner, @Nullable Aggregator aggregator, CallSite site) {
        PairFormat pairs = PairFormat.of(site);
        ShuffleDependency dependency = datasets().shuffle(lineage(), partitioner, aggregator, pairs);
        return new PairRDD<>(datasets(), new ShuffledNode(datasets().nextId(), site, dependency, pairs, true));
    }

    final Partitioner defaultPartitioner() {
        return datasets().defaultPartitioner(List.of(this));
    }
}
