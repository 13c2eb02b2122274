package dev.favilla;

import static dev.favilla.Arguments.notNull;

import dev.favilla.closure.Closure;
import dev.favilla.closure.ClosureNotSerializableException;
import dev.favilla.function.FilterFunction;
import dev.favilla.function.FlatMapFunction;
import dev.favilla.function.ForeachFunction;
import dev.favilla.function.IndexedPartitionFunction;
import dev.favilla.function.MapFunction;
import dev.favilla.function.MapMultiFunction;
import dev.favilla.function.MapPartitionsFunction;
import dev.favilla.function.ReduceFunction;
import dev.favilla.io.FileCodec;
import dev.favilla.io.Sink;
import dev.favilla.lineage.Action;
import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.Dependency;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.Operator;
import dev.favilla.rdd.AlignedUnionNode;
import dev.favilla.rdd.Combiners;
import dev.favilla.rdd.FilterOperator;
import dev.favilla.rdd.FlatMapOperator;
import dev.favilla.rdd.IgnoringIndex;
import dev.favilla.rdd.KeyByOperator;
import dev.favilla.rdd.LocalCombineOperator;
import dev.favilla.rdd.MapMultiOperator;
import dev.favilla.rdd.MapOperator;
import dev.favilla.rdd.MapPartitionsOperator;
import dev.favilla.rdd.NarrowNode;
import dev.favilla.rdd.ShuffledNode;
import dev.favilla.rdd.UnionNode;
import dev.favilla.rdd.ZeroValue;
import dev.favilla.shuffle.Aggregator;
import dev.favilla.shuffle.HashPartitioner;
import dev.favilla.shuffle.Partitioner;
import dev.favilla.spi.EngineControl;
import dev.favilla.stats.HyperLogLog;
import dev.favilla.storage.StorageLevel;
import dev.favilla.text.ObjectPartFormat;
import dev.favilla.text.RecordPartFormat;
import dev.favilla.text.TextPartFormat;
import dev.favilla.value.DriverOnly;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A dataset: records of type {@code T} in partitions, described by how they are computed. Immutable; equal to another
 * of the same context with the same id.
 *
 * <p><b>Laziness.</b> Transformations return at once and run nothing; actions run what is needed and wait for it.
 * Functions are checked where they are passed: one that cannot be serialized is refused there, and state it captures is
 * copied there, so later changes to that state are not seen.
 *
 * <p><b>Order.</b> Within a partition narrow operations keep it; actions follow partition order. After a shuffle the
 * order is the same in every run, but promised only by sorts.
 *
 * <p><b>Errors.</b> After the context is closed, and inside tasks, every method that makes or runs something throws
 * {@link IllegalStateException}. Actions throw {@link JobFailedException} with the user's exception as the cause, or
 * {@link JobCancelledException}.
 *
 * <p><b>Threads.</b> May be used from any thread; each action is a job of its own.
 *
 * @param <T> the type of the records, which may be null
 */
@DriverOnly("An RDD lives outside of tasks and cannot be used inside a function that runs in them. Bring two datasets"
        + " together with join or union, or collect a small one and broadcast it.")
public sealed class RDD<T extends @Nullable Object> permits PairRDD, DoubleRDD {

    /** How many times more partitions {@link #take} looks at in each round, at most. */
    private static final int TAKE_SCALE = 4;

    private final Datasets datasets;
    private final LineageNode node;

    RDD(Datasets datasets, LineageNode node) {
        this.datasets = datasets;
        this.node = node;
    }

    /**
     * Returns a dataset over a node of a module's own. For extensions: see {@link dev.favilla.spi}.
     *
     * @param control what the extension was given by the context that the dataset is to belong to
     * @param node computes records of type {@code T}; made with an id of {@link EngineControl#newDatasetId}
     */
    public static <T extends @Nullable Object> RDD<T> of(EngineControl control, LineageNode node) {
        notNull(control, "control");
        notNull(node, "node");
        Datasets datasets = ContextControl.datasetsOf(control);
        return new RDD<>(datasets, datasets.requireMade(node));
    }

    // ---------------------------------------------------------------- identity

    /** Returns the context that made this dataset. */
    public final EngineContext context() {
        return datasets.context();
    }

    /** Returns this dataset's node in the lineage: data for printers, planners and bridges. */
    public final LineageNode lineage() {
        return node;
    }

    /** Returns the id, unique in the context, growing from 0. */
    public final int id() {
        return node.id();
    }

    /** Returns the name given by {@link #setName}, if any. */
    public final Optional<String> name() {
        return Optional.of(datasets.name(node)).filter(name -> !name.isEmpty());
    }

    /** Gives this dataset a name for plans and errors, and returns it. */
    public RDD<T> setName(String name) {
        datasets.name(node, notNull(name, "name"));
        return this;
    }

    /** Returns the number of partitions, 0 or more. Lists the files of text inputs the first time. */
    public final int getNumPartitions() {
        return node.numPartitions();
    }

    /** Returns where keys are known to lie, if they are. */
    public final Optional<Partitioner> partitioner() {
        return node.partitioner();
    }

    /** Returns what this dataset is computed from. */
    public final List<Dependency> dependencies() {
        return node.dependencies();
    }

    /** Returns the level set by {@link #persist}; {@link StorageLevel#NONE} if none is. */
    public final StorageLevel getStorageLevel() {
        return datasets.level(node);
    }

    /**
     * Returns the lineage as text, as Spark prints it: partition counts, operator, id and call site, indented at
     * shuffles, with storage level and size of what is kept.
     */
    public final String toDebugString() {
        return new LineagePrinter(datasets::lines).print(node);
    }

    /** Returns what an action on all partitions would run: stages, tasks per stage, shuffles. Runs nothing. */
    public final String explain() {
        return datasets.explain(node);
    }

    // ---------------------------------------------------------------- narrow transformations

    /**
     * Returns what {@code function} makes of each record.
     *
     * <p><b>Shape.</b> {@code P} partitions of {@code T} become {@code P} partitions of {@code R}, record by record.
     *
     * <p><b>Cost.</b> Narrow: fused with its neighbours into one loop per partition. Forgets the partitioner.
     */
    public final <R extends @Nullable Object> RDD<R> map(MapFunction<? super T, ? extends R> function) {
        CallSite site = CallSites.here("map");
        return with(narrow(site, new MapOperator(capture(notNull(function, "function"), site))));
    }

    /**
     * Returns the pairs that {@code function} makes of each record. As {@link #map}, but gives by-key operations.
     */
    public final <K extends @Nullable Object, V extends @Nullable Object> PairRDD<K, V> mapToPair(
            MapFunction<? super T, ? extends Pair<K, V>> function) {
        CallSite site = CallSites.here("mapToPair");
        return pairs(narrow(site, new MapOperator(capture(notNull(function, "function"), site))));
    }

    /** Returns the numbers that {@code function} makes of each record. As {@link #map}, but gives operations on numbers. */
    public final DoubleRDD mapToDouble(MapFunction<? super T, Double> function) {
        CallSite site = CallSites.here("mapToDouble");
        return numbers(narrow(site, new MapOperator(capture(notNull(function, "function"), site))));
    }

    /**
     * Returns the records that {@code predicate} holds for.
     *
     * <p><b>Shape.</b> {@code P} partitions stay {@code P} partitions; some may be left empty.
     *
     * <p><b>Cost.</b> Narrow; keeps the partitioner.
     */
    public RDD<T> filter(FilterFunction<? super T> predicate) {
        CallSite site = CallSites.here("filter");
        return with(filterNode(predicate, site));
    }

    final LineageNode filterNode(FilterFunction<? super T> predicate, CallSite site) {
        return narrow(site, new FilterOperator(capture(notNull(predicate, "predicate"), site)));
    }

    /**
     * Returns the records of the iterables that {@code function} makes of each record.
     *
     * <p><b>Shape.</b> {@code P} partitions of {@code T} become {@code P} partitions of {@code R}; an empty iterable
     * drops its record.
     *
     * <p><b>Cost.</b> Narrow. The iterable is read once, lazily; it may be endless if an action stops early. Forgets
     * the partitioner.
     *
     * @param function never returns null
     */
    public final <R extends @Nullable Object> RDD<R> flatMap(FlatMapFunction<? super T, R> function) {
        CallSite site = CallSites.here("flatMap");
        return with(narrow(site, new FlatMapOperator(capture(notNull(function, "function"), site))));
    }

    /** As {@link #flatMap}, of pairs, with by-key operations. */
    public final <K extends @Nullable Object, V extends @Nullable Object> PairRDD<K, V> flatMapToPair(
            FlatMapFunction<? super T, Pair<K, V>> function) {
        CallSite site = CallSites.here("flatMapToPair");
        return pairs(narrow(site, new FlatMapOperator(capture(notNull(function, "function"), site))));
    }

    /** As {@link #flatMap}, of numbers, with operations on numbers. */
    public final DoubleRDD flatMapToDouble(FlatMapFunction<? super T, Double> function) {
        CallSite site = CallSites.here("flatMapToDouble");
        return numbers(narrow(site, new FlatMapOperator(capture(notNull(function, "function"), site))));
    }

    /**
     * Returns the records that {@code function} emits for each record. As {@link #flatMap}, without an iterable per
     * record.
     *
     * <p><b>Cost.</b> Narrow; emitting costs a call. What is emitted after an action wants no more is ignored.
     */
    public final <R extends @Nullable Object> RDD<R> mapMulti(MapMultiFunction<? super T, R> function) {
        CallSite site = CallSites.here("mapMulti");
        return with(narrow(site, new MapMultiOperator(capture(notNull(function, "function"), site))));
    }

    /** As {@link #mapMulti}, of pairs, with by-key operations. */
    public final <K extends @Nullable Object, V extends @Nullable Object> PairRDD<K, V> mapMultiToPair(
            MapMultiFunction<? super T, Pair<K, V>> function) {
        CallSite site = CallSites.here("mapMultiToPair");
        return pairs(narrow(site, new MapMultiOperator(capture(notNull(function, "function"), site))));
    }

    /**
     * Returns what {@code function} makes of each partition, as a lazy iterator over a lazy iterator.
     *
     * <p><b>Shape.</b> {@code P} partitions of {@code T} become {@code P} partitions of {@code R}. Called for empty
     * partitions too.
     *
     * <p><b>Cost.</b> Narrow. Records are computed as the function asks for them; the iterator may be read once and not
     * to its end. Forgets the partitioner.
     */
    public final <R extends @Nullable Object> RDD<R> mapPartitions(MapPartitionsFunction<T, R> function) {
        return mapPartitions(function, false);
    }

    /**
     * As {@link #mapPartitions(MapPartitionsFunction)}.
     *
     * @param preservesPartitioning promises that keys are not changed, so that the partitioner is kept
     */
    public final <R extends @Nullable Object> RDD<R> mapPartitions(
            MapPartitionsFunction<T, R> function, boolean preservesPartitioning) {
        return with(partitions(function, preservesPartitioning, CallSites.here("mapPartitions")));
    }

    /** As {@link #mapPartitions(MapPartitionsFunction)}, of pairs, with by-key operations. */
    public final <K extends @Nullable Object, V extends @Nullable Object> PairRDD<K, V> mapPartitionsToPair(
            MapPartitionsFunction<T, Pair<K, V>> function) {
        return mapPartitionsToPair(function, false);
    }

    /** As {@link #mapPartitions(MapPartitionsFunction, boolean)}, of pairs, with by-key operations. */
    public final <K extends @Nullable Object, V extends @Nullable Object> PairRDD<K, V> mapPartitionsToPair(
            MapPartitionsFunction<T, Pair<K, V>> function, boolean preservesPartitioning) {
        return pairs(partitions(function, preservesPartitioning, CallSites.here("mapPartitionsToPair")));
    }

    /** As {@link #mapPartitions(MapPartitionsFunction)}, of numbers, with operations on numbers. */
    public final DoubleRDD mapPartitionsToDouble(MapPartitionsFunction<T, Double> function) {
        return numbers(partitions(function, false, CallSites.here("mapPartitionsToDouble")));
    }

    private LineageNode partitions(MapPartitionsFunction<T, ?> function, boolean preservesPartitioning, CallSite site) {
        return narrow(
                site,
                new MapPartitionsOperator(
                        capture(new IgnoringIndex<>(notNull(function, "function")), site), preservesPartitioning));
    }

    /**
     * As {@link #mapPartitions(MapPartitionsFunction, boolean)}, for a function that is told the partition's number.
     */
    public final <R extends @Nullable Object> RDD<R> mapPartitionsWithIndex(
            IndexedPartitionFunction<T, R> function, boolean preservesPartitioning) {
        CallSite site = CallSites.here("mapPartitionsWithIndex");
        return with(narrow(
                site, new MapPartitionsOperator(capture(notNull(function, "function"), site), preservesPartitioning)));
    }

    /** As {@link #mapPartitions(MapPartitionsFunction)}, for a function that is told the partition's number. */
    public final <R extends @Nullable Object> RDD<R> mapPartitionsWithIndex(IndexedPartitionFunction<T, R> function) {
        return mapPartitionsWithIndex(function, false);
    }

    /**
     * Returns each record with the key that {@code key} makes of it.
     *
     * <p><b>Shape.</b> {@code P} partitions of {@code T} become {@code P} partitions of {@code (K, T)}.
     *
     * <p><b>Cost.</b> Narrow.
     */
    public final <K extends @Nullable Object> PairRDD<K, T> keyBy(MapFunction<? super T, ? extends K> key) {
        return keyBy(key, CallSites.here("keyBy"));
    }

    final <K extends @Nullable Object> PairRDD<K, T> keyBy(MapFunction<? super T, ? extends K> key, CallSite site) {
        return pairs(narrow(site, new KeyByOperator(capture(notNull(key, "key"), site), PairFormat.of(site))));
    }

    /** Returns what {@code operator} makes of this dataset. */
    final LineageNode narrow(CallSite site, Operator operator) {
        return new NarrowNode(datasets.nextId(), site, node, operator);
    }

    /**
     * Returns the records of this dataset and then those of {@code other}; duplicates stay.
     *
     * <p><b>Shape.</b> {@code P} and {@code Q} partitions become {@code P + Q}; if both have the same partitioner, its
     * partitions, each with the records of both.
     *
     * <p><b>Cost.</b> Narrow; keeps the partitioner only if both have the same.
     *
     * @throws IllegalArgumentException if {@code other} belongs to another context
     */
    public RDD<T> union(RDD<T> other) {
        return with(unionNode(other, CallSites.here("union")));
    }

    final LineageNode unionNode(RDD<T> other, CallSite site) {
        datasets.requireSame(other);
        List<LineageNode> parents = new ArrayList<>(List.of(node, other.lineage()));
        Optional<Partitioner> mine = partitioner();
        Optional<Partitioner> theirs = other.partitioner();
        if (mine.isPresent() != theirs.isPresent()) {
            parents.removeIf(parent -> parent.partitioner().isEmpty() && parent.numPartitions() == 0);
        }
        boolean aligned = parents.size() == 1 || (mine.isPresent() && mine.equals(theirs));
        return aligned
                ? new AlignedUnionNode(
                        datasets.nextId(), site, parents, mine.or(() -> theirs).orElseThrow())
                : new UnionNode(datasets.nextId(), site, parents);
    }

    /**
     * Returns all pairs of a record from here and a record from {@code other}.
     *
     * <p><b>Shape.</b> {@code P} and {@code Q} partitions become {@code P * Q}, one for each two; the records of this
     * dataset in their order, each with those of {@code other} in theirs.
     *
     * <p><b>Cost.</b> Narrow, but each partition of either side is computed once for each of the other unless it is kept.
     * A task holds its partition of {@code other}; what does not fit is read from local disk for each record.
     *
     * @throws IllegalArgumentException if {@code other} belongs to another context, or if there were too many partitions
     */
    public final <R extends @Nullable Object> PairRDD<T, R> cartesian(RDD<R> other) {
        CallSite site = CallSites.here("cartesian");
        return pairs(Joins.cartesian(this, notNull(other, "other"), site));
    }

    // ---------------------------------------------------------------- wide transformations

    /** As {@link #subtract(RDD, int)} with as many partitions as this dataset has. */
    public RDD<T> subtract(RDD<T> other) {
        return with(subtractNode(other, null, CallSites.here("subtract")));
    }

    /**
     * Returns the records that are not in {@code other}; duplicates stay.
     *
     * <p><b>Shape.</b> {@code P} and {@code Q} partitions become {@code partitions}; forgets the partitioner.
     *
     * <p><b>Cost.</b> Wide: all records of this dataset and one of each that are equal in {@code other} are shuffled.
     *
     * @param partitions at least 1
     * @throws IllegalArgumentException if {@code other} belongs to another context
     */
    public RDD<T> subtract(RDD<T> other, int partitions) {
        return with(subtractNode(other, hash(partitions), CallSites.here("subtract")));
    }

    /** As {@link #subtract(RDD, int)}, with records placed by {@code partitioner}. */
    public RDD<T> subtract(RDD<T> other, Partitioner partitioner) {
        return with(subtractNode(other, notNull(partitioner, "partitioner"), CallSites.here("subtract")));
    }

    /** @param partitioner null for as many partitions as there are */
    final LineageNode subtractNode(RDD<T> other, @Nullable Partitioner partitioner, CallSite site) {
        Partitioner target = partitioner == null ? hash(Math.max(1, getNumPartitions())) : partitioner;
        return Joins.subtract(this, notNull(other, "other"), target, site);
    }

    /** As {@link #intersection(RDD, int)} with as many partitions as the larger of both has. */
    public RDD<T> intersection(RDD<T> other) {
        return with(intersectionNode(notNull(other, "other"), null, CallSites.here("intersection")));
    }

    /**
     * Returns one of each group of equal records that are in both datasets.
     *
     * <p><b>Shape.</b> {@code P} and {@code Q} partitions become {@code partitions}; forgets the partitioner.
     *
     * <p><b>Cost.</b> Wide: of each side one of each group of equal records in a partition is shuffled.
     *
     * @param partitions at least 1
     * @throws IllegalArgumentException if {@code other} belongs to another context
     */
    public RDD<T> intersection(RDD<T> other, int partitions) {
        return with(intersectionNode(other, hash(partitions), CallSites.here("intersection")));
    }

    /** As {@link #intersection(RDD, int)}, with records placed by {@code partitioner}. */
    public RDD<T> intersection(RDD<T> other, Partitioner partitioner) {
        return with(intersectionNode(other, notNull(partitioner, "partitioner"), CallSites.here("intersection")));
    }

    /** @param partitioner null for as many partitions as the larger side has */
    final LineageNode intersectionNode(RDD<T> other, @Nullable Partitioner partitioner, CallSite site) {
        Partitioner target = partitioner;
        if (target == null) {
            target = hash(Math.max(1, Math.max(getNumPartitions(), other.getNumPartitions())));
        }
        return Joins.intersection(this, other, target, site);
    }

    /** As {@link #distinct(int)} with as many partitions as this dataset has. */
    public RDD<T> distinct() {
        return with(distinctNode(Math.max(1, getNumPartitions()), CallSites.here("distinct")));
    }

    /**
     * Returns one of each group of equal records.
     *
     * <p><b>Shape.</b> {@code P} partitions become {@code partitions}.
     *
     * <p><b>Cost.</b> Wide, unless this dataset has a partitioner with that many partitions. Duplicates are dropped on
     * the map side first.
     *
     * @param partitions at least 1
     */
    public RDD<T> distinct(int partitions) {
        return with(distinctNode(partitions, CallSites.here("distinct")));
    }

    final LineageNode distinctNode(int partitions, CallSite site) {
        Aggregator aggregator = new Aggregator(capture(new Combiners.Distinct(), site), true, true);
        if (partitioner().filter(mine -> mine.numPartitions() == partitions).isPresent()) {
            return narrow(
                    site, new LocalCombineOperator(aggregator, PairFormat.RECORD_AS_KEY, PairFormat.KEY_AS_RECORD));
        }
        Partitioner target = hash(partitions);
        return new ShuffledNode(
                datasets.nextId(),
                site,
                datasets.shuffle(node, target, aggregator, PairFormat.RECORD_AS_KEY),
                PairFormat.KEY_AS_RECORD,
                false);
    }

    /** As {@link #groupBy(MapFunction, int)} with the default number of partitions. */
    public final <K extends @Nullable Object> PairRDD<K, Iterable<T>> groupBy(MapFunction<? super T, ? extends K> key) {
        CallSite site = CallSites.here("groupBy");
        PairRDD<K, T> keyed = keyBy(key, site);
        return keyed.groupByKey(datasets.defaultPartitioner(List.of(keyed)), site);
    }

    /**
     * Returns the records of each key, in the order of their partitions.
     *
     * <p><b>Shape.</b> {@code P} partitions of {@code T} become {@code partitions} partitions of
     * {@code (K, Iterable<T>)}.
     *
     * <p><b>Cost.</b> Wide: every record is shuffled; groups that do not fit in memory are iterated from local disk, as
     * {@link PairRDD#groupByKey(int)} has it. Prefer {@link PairRDD#reduceByKey} or {@link PairRDD#aggregateByKey} where
     * values can be merged.
     *
     * @param partitions at least 1
     */
    public final <K extends @Nullable Object> PairRDD<K, Iterable<T>> groupBy(
            MapFunction<? super T, ? extends K> key, int partitions) {
        CallSite site = CallSites.here("groupBy");
        PairRDD<K, T> keyed = keyBy(key, site);
        return keyed.groupByKey(hash(partitions), site);
    }

    /** As {@link #sortBy(MapFunction, boolean, int)}, ascending, with as many partitions as this dataset has. */
    public <K extends Comparable<? super K>> RDD<T> sortBy(MapFunction<? super T, ? extends K> key) {
        return Sorting.byKey(this, key, CallSites.here("sortBy"));
    }

    /**
     * Returns the records in the natural order of what {@code key} makes of them; records of equal keys in the order they
     * had.
     *
     * <p><b>Shape.</b> {@code P} partitions become {@code partitions}; the keys of each come before those of the next.
     * With fewer keys than partitions some are empty.
     *
     * <p><b>Cost.</b> As {@link PairRDD#sortByKey(boolean, int)}.
     *
     * <p><b>Laziness.</b> Nothing runs until an action; the first one runs a job more, for a sample, or two.
     *
     * @param key never returns null; called in the sample and in the sort
     * @param ascending whether small keys come first
     * @param partitions at least 1
     */
    public <K extends Comparable<? super K>> RDD<T> sortBy(
            MapFunction<? super T, ? extends K> key, boolean ascending, int partitions) {
        return Sorting.byKey(this, key, null, ascending, partitions, CallSites.here("sortBy"));
    }

    /**
     * As {@link #sortBy(MapFunction, boolean, int)}, in the order of {@code order}.
     *
     * @param order serializable, see {@link Ordering}
     */
    public <K extends @Nullable Object> RDD<T> sortBy(
            MapFunction<? super T, ? extends K> key, Comparator<? super K> order, int partitions) {
        return Sorting.byKey(this, key, notNull(order, "order"), true, partitions, CallSites.here("sortBy"));
    }

    // ---------------------------------------------------------------- keeping

    /** As {@link #persist} with {@link StorageLevel#MEMORY_ONLY}. */
    public RDD<T> cache() {
        return persist(StorageLevel.MEMORY_ONLY);
    }

    /**
     * Marks this dataset as kept: a partition computed from now on stays where the level says, until it is evicted or
     * {@link #unpersist} is called. The cache is a hint; what is not there is computed again.
     *
     * <p><b>Cost.</b> What has no room in memory goes to local disk, compressed, if the level has a disk part; it is
     * read from there as a stream, and verified before that, whatever its size. Bytes are written once per record, and
     * read each time; objects that go to disk must be serializable, and are computed again if they are not.
     *
     * @return this dataset
     * @throws UnsupportedOperationException if another level is set already, or if the level keeps nothing
     */
    public RDD<T> persist(StorageLevel level) {
        datasets.persist(node, notNull(level, "level"));
        return this;
    }

    /**
     * Drops what is kept of this dataset and its mark before it returns; it is computed again when needed. Partitions that
     * are being read go when their last reader ends. Returns this dataset.
     */
    public RDD<T> unpersist() {
        datasets.unpersist(node);
        return this;
    }

    /** As {@link #unpersist()}, which needs not wait for other machines: what it drops is gone either way. */
    public RDD<T> unpersist(boolean blocking) {
        return unpersist();
    }

    // ---------------------------------------------------------------- actions

    /**
     * Returns all records in partition order, in a list of the caller's own.
     *
     * <p><b>Cost.</b> Runs one job over all partitions; the records are shared, not copied.
     */
    public final List<T> collect() {
        return result(run(new Actions.Collect("collect", Integer.MAX_VALUE), CallSites.here("collect")));
    }

    /**
     * Returns about how many distinct records there are, by {@link dev.favilla.stats.HyperLogLog}.
     *
     * <p><b>Cost.</b> Runs one job over all partitions; no shuffle. Each task holds about {@code (1.04 / relativeSd)^2} bytes.
     *
     * @param relativeSd the standard deviation of the estimate relative to the true number, above 0.000017; Spark's
     *     default is 0.05
     */
    public final long countApproxDistinct(double relativeSd) {
        CallSite site = CallSites.here("countApproxDistinct");
        int precision = HyperLogLog.precisionFor(relativeSd);
        return RDD.<HyperLogLog>result(run(new Numbers.Distinct(precision, site), site))
                .estimate();
    }

    /** Returns the number of records. Runs one job over all partitions. */
    public final long count() {
        return RDD.<Long>result(run(new Actions.Count(), CallSites.here("count")));
    }

    /**
     * Returns the first {@code n} records in partition order, or all if there are fewer, in a list of the caller's own.
     *
     * <p><b>Cost.</b> Looks at one partition first and then, job by job, at up to four times as many; computes no more
     * of a partition than it needs.
     *
     * @param n at least 0
     */
    public final List<T> take(int n) {
        return take(n, CallSites.here("take"));
    }

    private List<T> take(int n, CallSite site) {
        if (n < 0) {
            throw new IllegalArgumentException("n must be >= 0, got " + n);
        }
        datasets.requireUsable();
        List<T> taken = new ArrayList<>();
        int total = n == 0 ? 0 : getNumPartitions();
        int scanned = 0;
        while (taken.size() < n && scanned < total) {
            int left = n - taken.size();
            int round = (int) Math.min(total - scanned, partitionsToTry(scanned, taken.size(), left));
            List<T> found = result(datasets.run(
                    node, Datasets.indexes(scanned, scanned + round), new Actions.Collect("take", left), site));
            taken.addAll(found.subList(0, Math.min(left, found.size())));
            scanned += round;
        }
        return taken;
    }

    /** One at first; then as many as the share found so far suggests, half as many again, four times at most. */
    private static long partitionsToTry(int scanned, int found, int left) {
        if (scanned == 0) {
            return 1;
        }
        long most = (long) scanned * TAKE_SCALE;
        return found == 0 ? most : Math.max(1, Math.min(most, (long) Math.ceil(1.5 * left * scanned / found)));
    }

    /**
     * Returns the first record.
     *
     * @throws UnsupportedOperationException if there is none
     */
    public final T first() {
        List<T> taken = take(1, CallSites.here("first"));
        if (taken.isEmpty()) {
            throw empty("first");
        }
        return taken.get(0);
    }

    /** Returns whether there is no record. Computes no more than the first. */
    public final boolean isEmpty() {
        return take(1, CallSites.here("isEmpty")).isEmpty();
    }

    /**
     * Returns the {@code n} largest records by natural order, in descending order.
     *
     * @param n at least 0
     * @throws IllegalArgumentException if the records are pairs, which have no natural order; other records that have
     *     none fail the job
     */
    public final List<T> top(int n) {
        CallSite site = CallSites.here("top");
        return ordered("top", n, naturalOrder(site).reversed(), site);
    }

    /**
     * Returns the {@code n} largest records by {@code order}, in descending order; among equal ones those that come
     * first.
     *
     * <p><b>Cost.</b> Runs one job over all partitions; each task holds at most {@code n} records.
     *
     * @param n at least 0
     * @param order serializable, see {@link Ordering}
     */
    public final List<T> top(int n, Comparator<? super T> order) {
        CallSite site = CallSites.here("top");
        return ordered("top", n, new Descending<>(notNull(order, "order")), site);
    }

    /**
     * Returns the {@code n} smallest records by natural order, in ascending order.
     *
     * @param n at least 0
     * @throws IllegalArgumentException if the records are pairs, which have no natural order; other records that have
     *     none fail the job
     */
    public final List<T> takeOrdered(int n) {
        CallSite site = CallSites.here("takeOrdered");
        return ordered("takeOrdered", n, naturalOrder(site), site);
    }

    /**
     * Returns the {@code n} smallest records by {@code order}, in ascending order; among equal ones those that come
     * first.
     *
     * <p><b>Cost.</b> Runs one job over all partitions; each task holds at most {@code n} records.
     *
     * @param n at least 0
     * @param order serializable, see {@link Ordering}
     */
    public final List<T> takeOrdered(int n, Comparator<? super T> order) {
        return ordered("takeOrdered", n, order, CallSites.here("takeOrdered"));
    }

    private List<T> ordered(String name, int n, Comparator<? super T> order, CallSite site) {
        if (n < 0) {
            throw new IllegalArgumentException("n must be >= 0, got " + n);
        }
        Closure<Comparator<@Nullable Object>> comparator = captureOrder(notNull(order, "order"), site);
        datasets.requireUsable();
        if (n == 0) {
            return new ArrayList<>();
        }
        return result(run(new TakeOrdered(name, n, comparator, site), site));
    }

    /** @throws IllegalArgumentException if records of this dataset have none */
    private Ordering<T> naturalOrder(CallSite site) {
        if (this instanceof PairRDD<?, ?>) {
            throw new IllegalArgumentException(
                    NaturalOrder.adviceFor(site.operation(), Pair.class) + " (" + site + ")");
        }
        return new NaturalOrder<>(site.operation());
    }

    /**
     * Returns all records merged two by two.
     *
     * <p><b>Cost.</b> Runs one job: records merge in each partition, then the partial results in partition order, all
     * in task slots.
     *
     * @param merge associative; must not depend on how records lie in partitions
     * @throws UnsupportedOperationException if there is no record
     */
    public final T reduce(ReduceFunction<T> merge) {
        CallSite site = CallSites.here("reduce");
        Object result = run(new Actions.Reduce(capture(notNull(merge, "merge"), site), site), site);
        if (result == null) {
            throw empty("reduce");
        }
        return result(((Actions.Present) result).value());
    }

    /**
     * Returns all records merged into {@code zero}. The zero is used once in each partition and once more at the end,
     * as a copy unless it is immutable.
     *
     * @param zero neutral for {@code merge}, or it counts partitions + 1 times
     * @param merge associative; may change and return its first argument
     */
    public final T fold(T zero, ReduceFunction<T> merge) {
        CallSite site = CallSites.here("fold");
        ZeroValue copies = zero(zero, site);
        return result(run(new Actions.Fold(copies, capture(notNull(merge, "merge"), site), site), site));
    }

    /**
     * Calls {@code function} for each record, in task slots, for its effect. A task that fails and is tried again
     * repeats its effects.
     */
    public final void foreach(ForeachFunction<? super T> function) {
        CallSite site = CallSites.here("foreach");
        run(new Actions.Foreach(capture(notNull(function, "function"), site), site), site);
    }

    // ---------------------------------------------------------------- sinks

    /** As {@link #saveAsTextFile(String, FileCodec)}, not compressed. */
    public final void saveAsTextFile(String path) {
        CallSite site = CallSites.here("saveAsTextFile");
        Saving.toFiles(this, notNull(path, "path"), new TextPartFormat(), FileCodec.NONE, site);
    }

    /**
     * Writes each record's {@code toString} as a line of UTF-8 text, one file {@code part-00000} on per partition, into
     * the new directory {@code path}, a path or a {@code file:} URI. The directory appears complete, with a file
     * {@code _SUCCESS}, or not at all; so do parents that were not there before.
     *
     * @param codec how the files are compressed; {@code part-00000.gz} if they are
     * @throws dev.favilla.text.OutputException if {@code path} cannot be made
     * @throws dev.favilla.text.OutputExistsException if {@code path} is there already
     * @throws JobFailedException if a record is null or cannot be written
     */
    public final void saveAsTextFile(String path, FileCodec codec) {
        CallSite site = CallSites.here("saveAsTextFile");
        Saving.toFiles(this, notNull(path, "path"), new TextPartFormat(), notNull(codec, "codec"), site);
    }

    /**
     * Writes records by the serializer of this context, in files of their own kind, compressed and with checksums, for
     * {@link EngineContext#objectFile}. Names, directory and errors are those of {@link #saveAsTextFile(String)}; records
     * may be null.
     *
     * <p>For programs with the same classes: a class whose fields change makes its files unreadable. What is to be kept
     * for long is better kept as text.
     *
     * @throws JobFailedException if a record cannot be written
     */
    public final void saveAsObjectFile(String path) {
        CallSite site = CallSites.here("saveAsObjectFile");
        Saving.toFiles(this, notNull(path, "path"), new ObjectPartFormat(), FileCodec.NONE, site);
    }

    /** As {@link #saveAsCsv(String, FileCodec)}, not compressed. */
    public final void saveAsCsv(String path) {
        CallSite site = CallSites.here("saveAsCsv");
        Saving.toFiles(this, notNull(path, "path"), RecordPartFormat.CSV, FileCodec.NONE, site);
    }

    /**
     * Writes Java records as CSV for {@link EngineContext#readCsv}, in files {@code part-00000.csv} on, each with a header
     * if it has a row; a null or empty optional as an empty field, the empty text as two quotes. Directory and errors are
     * those of {@link #saveAsTextFile(String, FileCodec)}.
     *
     * @throws JobFailedException if a record is null, not of one and the same record class, or has other components than
     *     can be read
     */
    public final void saveAsCsv(String path, FileCodec codec) {
        CallSite site = CallSites.here("saveAsCsv");
        Saving.toFiles(this, notNull(path, "path"), RecordPartFormat.CSV, notNull(codec, "codec"), site);
    }

    /** As {@link #saveAsJsonLines(String, FileCodec)}, not compressed. */
    public final void saveAsJsonLines(String path) {
        CallSite site = CallSites.here("saveAsJsonLines");
        Saving.toFiles(this, notNull(path, "path"), RecordPartFormat.JSON_LINES, FileCodec.NONE, site);
    }

    /**
     * Writes Java records as JSON objects, one on each line, for {@link EngineContext#readJsonLines(String, Class)}, in
     * files {@code part-00000.jsonl} on. Directory and errors are those of {@link #saveAsCsv(String, FileCodec)}; NaN and
     * infinity, which JSON has not, are refused.
     */
    public final void saveAsJsonLines(String path, FileCodec codec) {
        CallSite site = CallSites.here("saveAsJsonLines");
        Saving.toFiles(this, notNull(path, "path"), RecordPartFormat.JSON_LINES, notNull(codec, "codec"), site);
    }

    /**
     * Writes all records through a sink of one's own, as one job: see {@link Sink}.
     *
     * @throws JobFailedException if a task fails for good, with what the sink has thrown as the cause
     * @throws dev.favilla.lineage.UserCodeException if the sink throws in {@code begin} or {@code commit}
     */
    public final void write(Sink<? super T> sink) {
        CallSite site = CallSites.here("write");
        Saving.to(this, notNull(sink, "sink"), site);
    }

    // ---------------------------------------------------------------- within the package

    final Partitioner hash(int partitions) {
        return new HashPartitioner(datasets.checkPartitions(partitions));
    }

    final Datasets datasets() {
        return datasets;
    }

    final @Nullable Object run(Action action, CallSite site) {
        return datasets.run(node, action, site);
    }

    private <R extends @Nullable Object> RDD<R> with(LineageNode result) {
        return new RDD<>(datasets, result);
    }

    private DoubleRDD numbers(LineageNode result) {
        return new DoubleRDD(datasets, result);
    }

    private <K extends @Nullable Object, V extends @Nullable Object> PairRDD<K, V> pairs(LineageNode result) {
        return new PairRDD<>(datasets, result);
    }

    /** Gives the result of an action its type, which the action's own types ensure; null only where {@code R} admits it. */
    @SuppressWarnings({"unchecked", "NullAway", "TypeParameterUnusedInFormals"})
    static <R extends @Nullable Object> R result(@Nullable Object result) {
        return (R) result;
    }

    /** Prepares a function for tasks and forgets its types, which the compiler has checked. */
    @SuppressWarnings("unchecked")
    final <F> Closure<F> capture(Object function, CallSite site) {
        return (Closure<F>) datasets.capture(notNull(function, "function"), site);
    }

    /** Prepares the zero value of {@code site}, unless there is something in it that cannot be one. */
    static ZeroValue zero(@Nullable Object zero, CallSite site) {
        try {
            return ZeroValue.of(zero, site.toString());
        } catch (IllegalArgumentException e) {
            String type = zero == null ? "null" : "a " + zero.getClass().getName();
            throw Arguments.notWritten(zero, "The zero value of " + site + ", " + type + ",", e);
        }
    }

    final Closure<Comparator<@Nullable Object>> captureOrder(Comparator<?> order, CallSite site) {
        try {
            return capture(order, site);
        } catch (ClosureNotSerializableException e) {
            throw e.withAdvice(
                    "Lambdas for Comparator, and comparators made with Comparator.comparing, cannot travel into"
                            + " tasks; make them with Ordering.by(Pair::value), Ordering.natural(), reversed() and thenBy.");
        }
    }

    final UnsupportedOperationException empty(String action) {
        return new UnsupportedOperationException("empty collection: " + action + " needs at least one record, and "
                + datasets.describe(node)
                + " has none. Use fold for a default, or take(1) to see whether there is one.");
    }

    @Override
    public final boolean equals(@Nullable Object o) {
        return o instanceof RDD<?> other && datasets == other.datasets && node.equals(other.node);
    }

    @Override
    public final int hashCode() {
        return node.hashCode();
    }

    /** Returns name, operator, id and call site, for example {@code MapPartitionsRDD[1] at map at Report.java:12}. */
    @Override
    public final String toString() {
        return datasets.describe(node);
    }

    private record Descending<T extends @Nullable Object>(Comparator<? super T> order) implements Ordering<T> {

        @Override
        public int compare(T left, T right) {
            return order.compare(right, left);
        }
    }
}
