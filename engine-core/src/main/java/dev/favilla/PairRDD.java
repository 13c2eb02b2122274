package dev.favilla;

import static dev.favilla.Arguments.notNull;

import dev.favilla.function.FilterFunction;
import dev.favilla.function.FlatMapFunction;
import dev.favilla.function.MapFunction;
import dev.favilla.function.ReduceFunction;
import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.LineageNode;
import dev.favilla.rdd.narrow.FlatMapValuesOperator;
import dev.favilla.rdd.narrow.MapValuesOperator;
import dev.favilla.rdd.narrow.ProjectOperator;
import dev.favilla.shuffle.Partitioner;
import dev.favilla.shuffle.RangePartitioner;
import dev.favilla.spill.JoinType;
import dev.favilla.stats.BoundedDouble;
import dev.favilla.stats.PartialResult;
import dev.favilla.storage.StorageLevel;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A dataset of keys with values, and what can be done by key.
 *
 * <p><b>Keys</b> are compared by {@code equals} and placed by {@code hashCode}; null is a key like any other. Arrays, and
 * objects of classes that inherit {@code Object.hashCode}, are refused when they reach a shuffle: no two of them are
 * ever equal. Enums are placed by their names, so that every run places them alike.
 *
 * <p><b>Default partitions.</b> Where no number is given: the largest partitioner among the inputs, if it is not much
 * smaller than the largest input; else {@code favilla.default.parallelism} if it is set; else as many as the largest
 * input has.
 *
 * @param <K> the type of the keys
 * @param <V> the type of the values
 */
public final class PairRDD<K extends @Nullable Object, V extends @Nullable Object> extends PairAggregations<K, V> {

    PairRDD(Datasets datasets, LineageNode node) {
        super(datasets, node);
    }

    /** Returns {@code pairs} with by-key operations: the same dataset, with the same id. */
    public static <K extends @Nullable Object, V extends @Nullable Object> PairRDD<K, V> of(RDD<Pair<K, V>> pairs) {
        return notNull(pairs, "pairs") instanceof PairRDD<K, V> same
                ? same
                : new PairRDD<>(pairs.datasets(), pairs.lineage());
    }

    // ---------------------------------------------------------------- as in RDD, with pairs

    @Override
    public PairRDD<K, V> setName(String name) {
        super.setName(name);
        return this;
    }

    @Override
    public PairRDD<K, V> filter(FilterFunction<? super Pair<K, V>> predicate) {
        return with(filterNode(predicate, CallSites.here("filter")));
    }

    @Override
    public PairRDD<K, V> union(RDD<Pair<K, V>> other) {
        return with(unionNode(other, CallSites.here("union")));
    }

    @Override
    public PairRDD<K, V> distinct() {
        return with(distinctNode(Math.max(1, getNumPartitions()), CallSites.here("distinct")));
    }

    @Override
    public PairRDD<K, V> distinct(int partitions) {
        return with(distinctNode(partitions, CallSites.here("distinct")));
    }

    @Override
    public <U extends Comparable<? super U>> PairRDD<K, V> sortBy(MapFunction<? super Pair<K, V>, ? extends U> key) {
        return of(super.sortBy(key));
    }

    @Override
    public <U extends Comparable<? super U>> PairRDD<K, V> sortBy(
            MapFunction<? super Pair<K, V>, ? extends U> key, boolean ascending, int partitions) {
        return of(super.sortBy(key, ascending, partitions));
    }

    @Override
    public <U extends @Nullable Object> PairRDD<K, V> sortBy(
            MapFunction<? super Pair<K, V>, ? extends U> key, Comparator<? super U> order, int partitions) {
        return of(super.sortBy(key, order, partitions));
    }

    @Override
    public PairRDD<K, V> subtract(RDD<Pair<K, V>> other) {
        return with(subtractNode(other, null, CallSites.here("subtract")));
    }

    @Override
    public PairRDD<K, V> subtract(RDD<Pair<K, V>> other, int partitions) {
        return with(subtractNode(other, hash(partitions), CallSites.here("subtract")));
    }

    @Override
    public PairRDD<K, V> subtract(RDD<Pair<K, V>> other, Partitioner partitioner) {
        return with(subtractNode(other, notNull(partitioner, "partitioner"), CallSites.here("subtract")));
    }

    @Override
    public PairRDD<K, V> intersection(RDD<Pair<K, V>> other) {
        return with(intersectionNode(notNull(other, "other"), null, CallSites.here("intersection")));
    }

    @Override
    public PairRDD<K, V> intersection(RDD<Pair<K, V>> other, int partitions) {
        return with(intersectionNode(other, hash(partitions), CallSites.here("intersection")));
    }

    @Override
    public PairRDD<K, V> intersection(RDD<Pair<K, V>> other, Partitioner partitioner) {
        return with(intersectionNode(other, notNull(partitioner, "partitioner"), CallSites.here("intersection")));
    }

    @Override
    public PairRDD<K, V> coalesce(int partitions) {
        return of(super.coalesce(partitions));
    }

    @Override
    public PairRDD<K, V> coalesce(int partitions, boolean shuffle) {
        return of(super.coalesce(partitions, shuffle));
    }

    @Override
    public PairRDD<K, V> repartition(int partitions) {
        return of(super.repartition(partitions));
    }

    @Override
    public PairRDD<K, V> sample(boolean withReplacement, double fraction) {
        return of(super.sample(withReplacement, fraction));
    }

    @Override
    public PairRDD<K, V> sample(boolean withReplacement, double fraction, long seed) {
        return of(super.sample(withReplacement, fraction, seed));
    }

    @Override
    PairRDD<K, V> like(LineageNode result) {
        return with(result);
    }

    @Override
    public PairRDD<K, V> cache() {
        super.cache();
        return this;
    }

    @Override
    public PairRDD<K, V> persist(StorageLevel level) {
        super.persist(level);
        return this;
    }

    @Override
    public PairRDD<K, V> unpersist() {
        super.unpersist();
        return this;
    }

    @Override
    public PairRDD<K, V> unpersist(boolean blocking) {
        return unpersist();
    }

    @Override
    public PairRDD<K, V> checkpoint() {
        super.checkpoint();
        return this;
    }

    @Override
    public PairRDD<K, V> localCheckpoint() {
        super.localCheckpoint();
        return this;
    }

    // ---------------------------------------------------------------- narrow

    /**
     * Returns each key with what {@code function} makes of its value.
     *
     * <p><b>Shape.</b> {@code P} partitions of {@code (K, V)} become {@code P} partitions of {@code (K, W)}.
     *
     * <p><b>Cost.</b> Narrow; keeps the partitioner.
     */
    public <W extends @Nullable Object> PairRDD<K, W> mapValues(MapFunction<? super V, ? extends W> function) {
        CallSite site = CallSites.here("mapValues");
        return new PairRDD<>(
                datasets(),
                narrow(site, new MapValuesOperator(capture(notNull(function, "function"), site), PairFormat.of(site))));
    }

    /**
     * Returns each key with every value of the iterables that {@code function} makes of its values.
     *
     * <p><b>Shape.</b> {@code P} partitions of {@code (K, V)} become {@code P} partitions of {@code (K, W)}; an empty
     * iterable drops the key.
     *
     * <p><b>Cost.</b> Narrow; keeps the partitioner. The iterable is read once, lazily.
     *
     * @param function never returns null
     */
    public <W extends @Nullable Object> PairRDD<K, W> flatMapValues(FlatMapFunction<? super V, W> function) {
        CallSite site = CallSites.here("flatMapValues");
        return new PairRDD<>(
                datasets(),
                narrow(
                        site,
                        new FlatMapValuesOperator(capture(notNull(function, "function"), site), PairFormat.of(site))));
    }

    /** As {@link #sampleByKey(boolean, Map, long)}; the seed is the id of this dataset, so that every run draws the same. */
    public PairRDD<K, V> sampleByKey(boolean withReplacement, Map<K, Double> fractions) {
        return sampleByKey(withReplacement, fractions, id());
    }

    /**
     * Returns some pairs, drawn by chance, those of each key at a rate of its own. A fraction says how many to expect, not
     * how many there are.
     *
     * <p><b>Shape.</b> {@code P} partitions stay {@code P} partitions; records stay in their order.
     *
     * <p><b>Cost.</b> Narrow; keeps the partitioner.
     *
     * <p><b>Errors.</b> A key without a fraction fails the job with a {@link java.util.NoSuchElementException}.
     *
     * @param fractions as in {@link #sample(boolean, double, long)}, for every key there is; copied
     */
    public PairRDD<K, V> sampleByKey(boolean withReplacement, Map<K, Double> fractions, long seed) {
        return with(Sampling.byKey(this, withReplacement, fractions, seed, CallSites.here("sampleByKey")));
    }

    /** As {@link #sampleByKeyExact(boolean, Map, long)}; the seed is the id of this dataset. */
    public PairRDD<K, V> sampleByKeyExact(boolean withReplacement, Map<K, Double> fractions) {
        return sampleByKeyExact(withReplacement, fractions, id());
    }

    /**
     * Returns some pairs, drawn by chance: of each key exactly its fraction of all of its pairs, rounded up.
     *
     * <p><b>Shape.</b> {@code P} partitions become those of this dataset's partitioner, or else as many, placed by hash.
     * The pairs of a key come one after the other, in their order.
     *
     * <p><b>Cost.</b> That of {@link #groupByKey(int)}.
     *
     * <p><b>Errors.</b> As {@link #sampleByKey(boolean, Map, long)}.
     */
    public PairRDD<K, V> sampleByKeyExact(boolean withReplacement, Map<K, Double> fractions, long seed) {
        CallSite site = CallSites.here("sampleByKeyExact");
        notNull(fractions, "fractions");
        PairRDD<K, Iterable<V>> groups = groupByKey(Joins.ownPartitioner(this), site);
        return with(Sampling.exactlyByKey(groups, withReplacement, fractions, seed, site));
    }

    /** Returns the keys, duplicates included. Narrow; forgets the partitioner. */
    public RDD<K> keys() {
        return project(ProjectOperator.Half.KEY, CallSites.here("keys"));
    }

    /** Returns the values, duplicates included. Narrow; forgets the partitioner. */
    public RDD<V> values() {
        return values(CallSites.here("values"));
    }

    RDD<V> values(CallSite site) {
        return project(ProjectOperator.Half.VALUE, site);
    }

    private <R extends @Nullable Object> RDD<R> project(ProjectOperator.Half half, CallSite site) {
        return new RDD<>(datasets(), narrow(site, new ProjectOperator(half, PairFormat.of(site))));
    }

    // ---------------------------------------------------------------- wide

    /**
     * Returns the same pairs with each key in the partition that {@code partitioner} says; this dataset if they lie so
     * already.
     *
     * <p><b>Cost.</b> Wide: every record is shuffled.
     */
    public PairRDD<K, V> partitionBy(Partitioner partitioner) {
        CallSite site = CallSites.here("partitionBy");
        if (Joins.liesAs(this, partitioner)) {
            return this;
        }
        return shuffled(partitioner, null, site);
    }

    /** As {@link #join(PairRDD, int)} with the default number of partitions. */
    public <W extends @Nullable Object> PairRDD<K, Pair<V, W>> join(PairRDD<K, W> other) {
        return join(JoinType.INNER, other, defaultPartitioner(other), CallSites.here("join"));
    }

    /**
     * Returns all pairs of a value from here and a value from {@code other} with the same key.
     *
     * <p><b>Shape.</b> {@code P} and {@code Q} partitions become {@code partitions} partitions of
     * {@code (K, (V, W))}; keys on one side only give nothing.
     *
     * <p><b>Cost.</b> Wide for each side whose keys do not lie so already. The {@code other} side of a partition is
     * held in memory; this side streams past it, so let the smaller side be {@code other}. What does not fit goes to
     * local disk part by part, with the records of this side that belong to it; rows and their order are the same.
     *
     * @param partitions at least 1
     * @throws IllegalArgumentException if {@code other} belongs to another context
     */
    public <W extends @Nullable Object> PairRDD<K, Pair<V, W>> join(PairRDD<K, W> other, int partitions) {
        return join(JoinType.INNER, other, hash(partitions), CallSites.here("join"));
    }

    /** As {@link #join(PairRDD, int)}, with keys placed by {@code partitioner}. */
    public <W extends @Nullable Object> PairRDD<K, Pair<V, W>> join(PairRDD<K, W> other, Partitioner partitioner) {
        return join(JoinType.INNER, other, partitioner, CallSites.here("join"));
    }

    /**
     * Returns all pairs of a value from here and a value from {@code small} with the same key, as {@link #join(PairRDD, int)}
     * does, without shuffling either: every executor gets all of {@code small}.
     *
     * <p><b>Shape.</b> {@code P} partitions of {@code (K, V)} stay {@code P} partitions of {@code (K, (V, W))}, and keys
     * lie where they did. Rows come in the order of this dataset, and for each in the order of {@code small}.
     *
     * <p><b>Cost.</b> Narrow. All of {@code small} is on the driver, as if collected, and in one table for all tasks in the
     * memory of each executor, as long as the result can be reached. Values of it that can change are copied for each row.
     * For a dimension table or a list of codes; a side that may grow belongs into {@link #join(PairRDD, int)}.
     *
     * <p><b>Laziness.</b> Nothing runs until an action. The first one collects {@code small} with a job of its own; what was
     * collected then stays, whatever {@code small} would give later.
     *
     * <p><b>Errors.</b> A job fails with a {@link dev.favilla.rdd.BroadcastTooLargeException} if the table does not fit
     * into the memory of an executor, and as {@link #collect} does if {@code small} is too large a result.
     *
     * @throws IllegalArgumentException if {@code small} belongs to another context
     */
    public <W extends @Nullable Object> PairRDD<K, Pair<V, W>> joinBroadcast(PairRDD<K, W> small) {
        CallSite site = CallSites.here("joinBroadcast");
        return new PairRDD<>(datasets(), Joins.broadcast(this, notNull(small, "small"), false, site));
    }

    /**
     * As {@link #joinBroadcast}, and a row for each pair of this dataset whose key is not in {@code small}.
     *
     * @throws IllegalArgumentException if {@code small} belongs to another context
     */
    public <W extends @Nullable Object> PairRDD<K, Joined<V, W>> leftOuterJoinBroadcast(PairRDD<K, W> small) {
        CallSite site = CallSites.here("leftOuterJoinBroadcast");
        return new PairRDD<>(datasets(), Joins.broadcast(this, notNull(small, "small"), true, site));
    }

    /** As {@link #leftOuterJoin(PairRDD, int)} with the default number of partitions. */
    public <W extends @Nullable Object> PairRDD<K, Joined<V, W>> leftOuterJoin(PairRDD<K, W> other) {
        return join(JoinType.LEFT_OUTER, other, defaultPartitioner(other), CallSites.here("leftOuterJoin"));
    }

    /**
     * As {@link #join(PairRDD, int)}, and a row for each pair of this dataset whose key is not in {@code other}.
     *
     * @param partitions at least 1
     * @throws IllegalArgumentException if {@code other} belongs to another context
     */
    public <W extends @Nullable Object> PairRDD<K, Joined<V, W>> leftOuterJoin(PairRDD<K, W> other, int partitions) {
        return join(JoinType.LEFT_OUTER, other, hash(partitions), CallSites.here("leftOuterJoin"));
    }

    /** As {@link #leftOuterJoin(PairRDD, int)}, with keys placed by {@code partitioner}. */
    public <W extends @Nullable Object> PairRDD<K, Joined<V, W>> leftOuterJoin(
            PairRDD<K, W> other, Partitioner partitioner) {
        return join(JoinType.LEFT_OUTER, other, partitioner, CallSites.here("leftOuterJoin"));
    }

    /** As {@link #rightOuterJoin(PairRDD, int)} with the default number of partitions. */
    public <W extends @Nullable Object> PairRDD<K, Joined<V, W>> rightOuterJoin(PairRDD<K, W> other) {
        return join(JoinType.RIGHT_OUTER, other, defaultPartitioner(other), CallSites.here("rightOuterJoin"));
    }

    /**
     * As {@link #join(PairRDD, int)}, and a row for each pair of {@code other} whose key is not in this dataset. These
     * come last in each partition, key by key.
     *
     * @param partitions at least 1
     * @throws IllegalArgumentException if {@code other} belongs to another context
     */
    public <W extends @Nullable Object> PairRDD<K, Joined<V, W>> rightOuterJoin(PairRDD<K, W> other, int partitions) {
        return join(JoinType.RIGHT_OUTER, other, hash(partitions), CallSites.here("rightOuterJoin"));
    }

    /** As {@link #rightOuterJoin(PairRDD, int)}, with keys placed by {@code partitioner}. */
    public <W extends @Nullable Object> PairRDD<K, Joined<V, W>> rightOuterJoin(
            PairRDD<K, W> other, Partitioner partitioner) {
        return join(JoinType.RIGHT_OUTER, other, partitioner, CallSites.here("rightOuterJoin"));
    }

    /** As {@link #fullOuterJoin(PairRDD, int)} with the default number of partitions. */
    public <W extends @Nullable Object> PairRDD<K, Joined<V, W>> fullOuterJoin(PairRDD<K, W> other) {
        return join(JoinType.FULL_OUTER, other, defaultPartitioner(other), CallSites.here("fullOuterJoin"));
    }

    /**
     * As {@link #join(PairRDD, int)}, and a row for each pair of either dataset whose key is not in the other. Those of
     * {@code other} come last in each partition, key by key.
     *
     * @param partitions at least 1
     * @throws IllegalArgumentException if {@code other} belongs to another context
     */
    public <W extends @Nullable Object> PairRDD<K, Joined<V, W>> fullOuterJoin(PairRDD<K, W> other, int partitions) {
        return join(JoinType.FULL_OUTER, other, hash(partitions), CallSites.here("fullOuterJoin"));
    }

    /** As {@link #fullOuterJoin(PairRDD, int)}, with keys placed by {@code partitioner}. */
    public <W extends @Nullable Object> PairRDD<K, Joined<V, W>> fullOuterJoin(
            PairRDD<K, W> other, Partitioner partitioner) {
        return join(JoinType.FULL_OUTER, other, partitioner, CallSites.here("fullOuterJoin"));
    }

    private <W extends @Nullable Object, R extends @Nullable Object> PairRDD<K, R> join(
            JoinType type, PairRDD<K, W> other, Partitioner partitioner, CallSite site) {
        return new PairRDD<>(datasets(), Joins.join(type, this, notNull(other, "other"), partitioner, site));
    }

    /** As {@link #subtractByKey(PairRDD, int)} with this dataset's partitioner, or else its number of partitions. */
    public <W extends @Nullable Object> PairRDD<K, V> subtractByKey(PairRDD<K, W> other) {
        return join(JoinType.LEFT_ANTI, other, Joins.ownPartitioner(this), CallSites.here("subtractByKey"));
    }

    /**
     * Returns the pairs whose key is not in {@code other}; duplicates stay.
     *
     * <p><b>Shape.</b> {@code P} partitions of {@code (K, V)} become {@code partitions} partitions of {@code (K, V)}.
     *
     * <p><b>Cost.</b> Wide for each side whose keys do not lie so already; of {@code other} only distinct keys are sent
     * and held.
     *
     * @param partitions at least 1
     * @throws IllegalArgumentException if {@code other} belongs to another context
     */
    public <W extends @Nullable Object> PairRDD<K, V> subtractByKey(PairRDD<K, W> other, int partitions) {
        return join(JoinType.LEFT_ANTI, other, hash(partitions), CallSites.here("subtractByKey"));
    }

    /** As {@link #subtractByKey(PairRDD, int)}, with keys placed by {@code partitioner}. */
    public <W extends @Nullable Object> PairRDD<K, V> subtractByKey(PairRDD<K, W> other, Partitioner partitioner) {
        return join(JoinType.LEFT_ANTI, other, partitioner, CallSites.here("subtractByKey"));
    }

    /** As {@link #cogroup(PairRDD, int)} with the default number of partitions. */
    public <A extends @Nullable Object> PairRDD<K, Grouped2<V, A>> cogroup(PairRDD<K, A> other) {
        return cogroup(CallSites.here("cogroup"), null, inputs(other));
    }

    /**
     * Returns a record for each key of this dataset or of {@code other}, with its values in each.
     *
     * <p><b>Shape.</b> {@code P} and {@code Q} partitions become {@code partitions} partitions of
     * {@code (K, (Iterable<V>, Iterable<A>))}. Within a partition keys come in the order in which they are first seen,
     * this dataset before the other; values in the order of their partitions.
     *
     * <p><b>Cost.</b> Wide for each input whose keys do not lie so already. All values of a partition are held in memory,
     * and moved to local disk where they do not fit. Where only matches are wanted {@link #join(PairRDD, int)} holds less.
     *
     * @param partitions at least 1
     * @throws IllegalArgumentException if {@code other} belongs to another context
     */
    public <A extends @Nullable Object> PairRDD<K, Grouped2<V, A>> cogroup(PairRDD<K, A> other, int partitions) {
        return cogroup(CallSites.here("cogroup"), hash(partitions), inputs(other));
    }

    /** As {@link #cogroup(PairRDD, int)}, with keys placed by {@code partitioner}. */
    public <A extends @Nullable Object> PairRDD<K, Grouped2<V, A>> cogroup(
            PairRDD<K, A> other, Partitioner partitioner) {
        return cogroup(CallSites.here("cogroup"), notNull(partitioner, "partitioner"), inputs(other));
    }

    /** Another name of {@link #cogroup(PairRDD)}. */
    public <A extends @Nullable Object> PairRDD<K, Grouped2<V, A>> groupWith(PairRDD<K, A> other) {
        return cogroup(CallSites.here("groupWith"), null, inputs(other));
    }

    /** As {@link #cogroup(PairRDD, PairRDD, int)} with the default number of partitions. */
    public <A extends @Nullable Object, B extends @Nullable Object> PairRDD<K, Grouped3<V, A, B>> cogroup(
            PairRDD<K, A> first, PairRDD<K, B> second) {
        return cogroup(CallSites.here("cogroup"), null, inputs(first, second));
    }

    /** As {@link #cogroup(PairRDD, int)}, with two others. */
    public <A extends @Nullable Object, B extends @Nullable Object> PairRDD<K, Grouped3<V, A, B>> cogroup(
            PairRDD<K, A> first, PairRDD<K, B> second, int partitions) {
        return cogroup(CallSites.here("cogroup"), hash(partitions), inputs(first, second));
    }

    /** As {@link #cogroup(PairRDD, PairRDD, int)}, with keys placed by {@code partitioner}. */
    public <A extends @Nullable Object, B extends @Nullable Object> PairRDD<K, Grouped3<V, A, B>> cogroup(
            PairRDD<K, A> first, PairRDD<K, B> second, Partitioner partitioner) {
        return cogroup(CallSites.here("cogroup"), notNull(partitioner, "partitioner"), inputs(first, second));
    }

    /** Another name of {@link #cogroup(PairRDD, PairRDD)}. */
    public <A extends @Nullable Object, B extends @Nullable Object> PairRDD<K, Grouped3<V, A, B>> groupWith(
            PairRDD<K, A> first, PairRDD<K, B> second) {
        return cogroup(CallSites.here("groupWith"), null, inputs(first, second));
    }

    /** As {@link #cogroup(PairRDD, PairRDD, PairRDD, int)} with the default number of partitions. */
    public <A extends @Nullable Object, B extends @Nullable Object, C extends @Nullable Object>
            PairRDD<K, Grouped4<V, A, B, C>> cogroup(PairRDD<K, A> first, PairRDD<K, B> second, PairRDD<K, C> third) {
        return cogroup(CallSites.here("cogroup"), null, inputs(first, second, third));
    }

    /** As {@link #cogroup(PairRDD, int)}, with three others. */
    public <A extends @Nullable Object, B extends @Nullable Object, C extends @Nullable Object>
            PairRDD<K, Grouped4<V, A, B, C>> cogroup(
                    PairRDD<K, A> first, PairRDD<K, B> second, PairRDD<K, C> third, int partitions) {
        return cogroup(CallSites.here("cogroup"), hash(partitions), inputs(first, second, third));
    }

    /** As {@link #cogroup(PairRDD, PairRDD, PairRDD, int)}, with keys placed by {@code partitioner}. */
    public <A extends @Nullable Object, B extends @Nullable Object, C extends @Nullable Object>
            PairRDD<K, Grouped4<V, A, B, C>> cogroup(
                    PairRDD<K, A> first, PairRDD<K, B> second, PairRDD<K, C> third, Partitioner partitioner) {
        return cogroup(CallSites.here("cogroup"), notNull(partitioner, "partitioner"), inputs(first, second, third));
    }

    /** Another name of {@link #cogroup(PairRDD, PairRDD, PairRDD)}. */
    public <A extends @Nullable Object, B extends @Nullable Object, C extends @Nullable Object>
            PairRDD<K, Grouped4<V, A, B, C>> groupWith(PairRDD<K, A> first, PairRDD<K, B> second, PairRDD<K, C> third) {
        return cogroup(CallSites.here("groupWith"), null, inputs(first, second, third));
    }

    private List<PairRDD<?, ?>> inputs(PairRDD<?, ?> other) {
        return List.of(this, notNull(other, "other"));
    }

    private List<PairRDD<?, ?>> inputs(PairRDD<?, ?> first, PairRDD<?, ?> second) {
        return List.of(this, notNull(first, "first"), notNull(second, "second"));
    }

    private List<PairRDD<?, ?>> inputs(PairRDD<?, ?> first, PairRDD<?, ?> second, PairRDD<?, ?> third) {
        return List.of(this, notNull(first, "first"), notNull(second, "second"), notNull(third, "third"));
    }

    /** @param partitioner null for the default */
    private <R extends @Nullable Object> PairRDD<K, R> cogroup(
            CallSite site, @Nullable Partitioner partitioner, List<PairRDD<?, ?>> inputs) {
        Partitioner target = partitioner == null ? datasets().defaultPartitioner(inputs) : partitioner;
        return new PairRDD<>(datasets(), Joins.cogroup(inputs, target, site));
    }

    // ---------------------------------------------------------------- sorts

    /** As {@link #sortByKey(boolean, int)}, ascending, with as many partitions as this dataset has. */
    public PairRDD<K, V> sortByKey() {
        return Sorting.byKey(this, null, true, CallSites.here("sortByKey"));
    }

    /** As {@link #sortByKey(boolean, int)} with as many partitions as this dataset has. */
    public PairRDD<K, V> sortByKey(boolean ascending) {
        return Sorting.byKey(this, null, ascending, CallSites.here("sortByKey"));
    }

    /**
     * Returns the pairs in the natural order of their keys; pairs of equal keys in the order they had.
     *
     * <p><b>Shape.</b> {@code P} partitions become {@code partitions}; the keys of each come before those of the next.
     * With fewer keys than partitions some are empty.
     *
     * <p><b>Cost.</b> Wide: every record is shuffled. The ranges of the partitions come from a sample, for which this
     * dataset is computed once more: keep it with {@link #cache} if that is expensive. One partition needs no sample. A
     * task holds the records of its partition, and goes through local disk with what memory does not hold.
     *
     * <p><b>Laziness.</b> Nothing runs until an action. The first one runs a job more, for the sample, and a second one
     * if some partitions have many more records than others; the ranges then stay.
     *
     * <p><b>Errors.</b> A null key, or one without natural order, fails the job.
     *
     * @param ascending whether small keys come first
     * @param partitions at least 1
     */
    public PairRDD<K, V> sortByKey(boolean ascending, int partitions) {
        return Sorting.byKey(this, null, ascending, partitions, CallSites.here("sortByKey"));
    }

    /** As {@link #sortByKey(Comparator, boolean, int)}, ascending, with as many partitions as this dataset has. */
    public PairRDD<K, V> sortByKey(Comparator<? super K> order) {
        return Sorting.byKey(this, notNull(order, "order"), true, CallSites.here("sortByKey"));
    }

    /** As {@link #sortByKey(Comparator, boolean, int)} with as many partitions as this dataset has. */
    public PairRDD<K, V> sortByKey(Comparator<? super K> order, boolean ascending) {
        return Sorting.byKey(this, notNull(order, "order"), ascending, CallSites.here("sortByKey"));
    }

    /**
     * As {@link #sortByKey(boolean, int)}, in an order of your own.
     *
     * @param order serializable, see {@link Ordering}; one that contradicts itself fails the job where that is noticed
     * @param ascending whether keys that {@code order} has before others come first
     */
    public PairRDD<K, V> sortByKey(Comparator<? super K> order, boolean ascending, int partitions) {
        return Sorting.byKey(this, notNull(order, "order"), ascending, partitions, CallSites.here("sortByKey"));
    }

    /** As {@link #repartitionAndSortWithinPartitions(Partitioner, Comparator)}, in the natural order of the keys. */
    public PairRDD<K, V> repartitionAndSortWithinPartitions(Partitioner partitioner) {
        return Sorting.withinPartitions(this, partitioner, null, CallSites.here("repartitionAndSortWithinPartitions"));
    }

    /**
     * Returns the pairs with each key in the partition that {@code partitioner} says, and sorted there; pairs of equal
     * keys in the order they had.
     *
     * <p><b>Cost.</b> Wide, unless keys lie so already. A task holds the records of its partition, and goes through local
     * disk with what memory does not hold.
     *
     * @param order serializable, see {@link Ordering}
     */
    public PairRDD<K, V> repartitionAndSortWithinPartitions(Partitioner partitioner, Comparator<? super K> order) {
        return Sorting.withinPartitions(
                this, partitioner, notNull(order, "order"), CallSites.here("repartitionAndSortWithinPartitions"));
    }

    /** As {@link #filterByRange(Comparator, Object, Object)}, by the natural order of the keys. */
    public PairRDD<K, V> filterByRange(K lower, K upper) {
        return Sorting.filterByRange(this, null, lower, upper, CallSites.here("filterByRange"));
    }

    /**
     * Returns the pairs whose keys lie between {@code lower} and {@code upper}, both included.
     *
     * <p><b>Shape.</b> {@code P} partitions stay {@code P} partitions; some may be left empty.
     *
     * <p><b>Cost.</b> Narrow; keeps the partitioner. Of a dataset that is placed by ranges of the same order, as sorts
     * do, only the partitions in question are computed.
     *
     * @param order serializable, see {@link Ordering}
     */
    public PairRDD<K, V> filterByRange(Comparator<? super K> order, K lower, K upper) {
        return Sorting.filterByRange(this, notNull(order, "order"), lower, upper, CallSites.here("filterByRange"));
    }

    /** As {@link #rangePartitioner(Comparator, boolean, int)}, by the natural order of the keys. */
    public RangePartitioner rangePartitioner(boolean ascending, int partitions) {
        return Sorting.sample(this, null, ascending, partitions, CallSites.here("rangePartitioner"));
    }

    /**
     * Returns ranges of about equally many of these pairs: {@code partitions} of them, or fewer if there are few keys or
     * frequent ones, and a single one if there is no pair.
     *
     * <p><b>Cost.</b> Runs a job over all partitions now, and a second one if some have many more records than others.
     *
     * @param order serializable, see {@link Ordering}
     * @param ascending whether keys that {@code order} has before others come first
     * @param partitions at least 1
     */
    public RangePartitioner rangePartitioner(Comparator<? super K> order, boolean ascending, int partitions) {
        return Sorting.sample(this, notNull(order, "order"), ascending, partitions, CallSites.here("rangePartitioner"));
    }

    // ---------------------------------------------------------------- actions

    /**
     * Returns the pairs as a serializable map of the caller's own; of several values of a key the last one.
     *
     * <p><b>Cost.</b> Runs one job over all partitions, as {@link #collect}.
     *
     * @throws JobFailedException if a record is null
     */
    public Map<K, V> collectAsMap() {
        CallSite site = CallSites.here("collectAsMap");
        Actions.Collect all = new Actions.Collect("collectAsMap", Integer.MAX_VALUE);
        List<Pair<K, V>> pairs = result(run(new CollectPairs(all, PairFormat.of(site)), site));
        return ByKeyActions.toMap(pairs);
    }

    /**
     * Returns how many pairs each key has, in a map of the caller's own.
     *
     * <p><b>Cost.</b> Wide, unless the keys lie as the default partitions want them: one number per key and map partition is
     * shuffled, and the result is held at once.
     *
     * @throws JobFailedException if a key cannot be one, see the class comment
     */
    public Map<K, Long> countByKey() {
        return ByKeyActions.countByKey(this, CallSites.here("countByKey"));
    }

    /** As {@link #countByKeyApprox(Duration, double)} with a confidence of 0.95. */
    public PartialResult<Map<K, BoundedDouble>> countByKeyApprox(Duration timeout) {
        return countByKeyApprox(timeout, Approximations.DEFAULT_CONFIDENCE, CallSites.here("countByKeyApprox"));
    }

    /** As {@link #countByValueApprox(Duration, double)}: about how many pairs each key has. */
    public PartialResult<Map<K, BoundedDouble>> countByKeyApprox(Duration timeout, double confidence) {
        return countByKeyApprox(timeout, confidence, CallSites.here("countByKeyApprox"));
    }

    private PartialResult<Map<K, BoundedDouble>> countByKeyApprox(Duration timeout, double confidence, CallSite site) {
        JobRunner.Patience patience = Approximations.patience(timeout);
        return ByKeyActions.countApprox(this, PairFormat.of(site), patience, confidence, site);
    }

    /**
     * Returns the values of each key merged two by two, in a map of the caller's own. A null value counts as none, as long as
     * no other has come before it.
     *
     * <p><b>Cost.</b> As {@link #reduceByKey(ReduceFunction)}, and the result is held at once. All merging is in task slots.
     *
     * @param merge associative and commutative; may change and return its first argument
     */
    public Map<K, V> reduceByKeyLocally(ReduceFunction<V> merge) {
        CallSite site = CallSites.here("reduceByKeyLocally");
        return ByKeyActions.reduceByKey(this, notNull(merge, "merge"), site);
    }

    /**
     * Returns the values of {@code key} in the order of their records, in a list of the caller's own.
     *
     * <p><b>Cost.</b> Runs one job: over one partition if this dataset has a {@link #partitioner}, which is asked on the
     * calling thread, else over all.
     *
     * @param key may be null
     * @throws IllegalArgumentException if the partitioner puts the key outside of the partitions, or the key cannot be one
     */
    public List<V> lookup(K key) {
        return ByKeyActions.lookup(this, key, CallSites.here("lookup"));
    }

    // ---------------------------------------------------------------- within the class

    private Partitioner defaultPartitioner(PairRDD<?, ?> other) {
        return datasets().defaultPartitioner(List.of(this, notNull(other, "other")));
    }

    PairRDD<K, V> with(LineageNode result) {
        return new PairRDD<>(datasets(), result);
    }
}
