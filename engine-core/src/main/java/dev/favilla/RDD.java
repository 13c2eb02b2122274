package dev.favilla;

import static dev.favilla.Arguments.notNull;

import dev.favilla.function.FilterFunction;
import dev.favilla.function.FlatMapFunction;
import dev.favilla.function.IndexedPartitionFunction;
import dev.favilla.function.MapFunction;
import dev.favilla.function.MapMultiFunction;
import dev.favilla.function.MapPartitionsFunction;
import dev.favilla.function.ZipPartitionsFunction;
import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.Operator;
import dev.favilla.rdd.Combiners;
import dev.favilla.rdd.LocalCombineOperator;
import dev.favilla.rdd.NarrowNode;
import dev.favilla.rdd.ShuffledNode;
import dev.favilla.rdd.arrange.GlomOperator;
import dev.favilla.rdd.arrange.NumberOperator;
import dev.favilla.rdd.narrow.FilterOperator;
import dev.favilla.rdd.narrow.FlatMapOperator;
import dev.favilla.rdd.narrow.IgnoringIndex;
import dev.favilla.rdd.narrow.KeyByOperator;
import dev.favilla.rdd.narrow.MapMultiOperator;
import dev.favilla.rdd.narrow.MapOperator;
import dev.favilla.rdd.narrow.MapPartitionsOperator;
import dev.favilla.shuffle.Aggregator;
import dev.favilla.shuffle.Partitioner;
import dev.favilla.spi.EngineControl;
import dev.favilla.storage.StorageLevel;
import dev.favilla.value.DriverOnly;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
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
public sealed class RDD<T extends @Nullable Object> extends RDDActions<T> permits PairAggregations, DoubleRDD {

    RDD(Datasets datasets, LineageNode node) {
        super(datasets, node);
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

    /** Gives this dataset a name for plans and errors, and returns it. */
    public RDD<T> setName(String name) {
        datasets().name(lineage(), notNull(name, "name"));
        return this;
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

    /** As {@link #pipe(List, Map, Charset)}, for a command in one string, which is split on blanks and goes to no shell. */
    public final RDD<String> pipe(String command) {
        CallSite site = CallSites.here("pipe");
        List<String> words = Piping.words(notNull(command, "command"));
        return with(Piping.through(this, words, Map.of(), StandardCharsets.UTF_8, site));
    }

    /** As {@link #pipe(List, Map, Charset)}, in UTF-8, with the environment of this JVM. */
    public final RDD<String> pipe(List<String> command) {
        CallSite site = CallSites.here("pipe");
        return with(Piping.through(this, notNull(command, "command"), Map.of(), StandardCharsets.UTF_8, site));
    }

    /** As {@link #pipe(List, Map, Charset)}, in UTF-8. */
    public final RDD<String> pipe(List<String> command, Map<String, String> environment) {
        CallSite site = CallSites.here("pipe");
        notNull(environment, "environment");
        return with(Piping.through(this, notNull(command, "command"), environment, StandardCharsets.UTF_8, site));
    }

    /**
     * Returns the lines that a program prints when it is given the records as lines, each partition its own process.
     *
     * <p><b>Shape.</b> {@code P} partitions of {@code T} become {@code P} partitions of lines, in the order in which they
     * are printed. A process is started for empty partitions too. A record is written as its {@code toString} and a line
     * end; nothing tells the program which line ends are a record's own, so map records to what has none, or to quoted
     * text. What is printed is cut as {@link EngineContext#textFile} cuts.
     *
     * <p><b>Cost.</b> Narrow. A process and three threads for each task, as long as it runs. Records are computed as the
     * process reads them, in the task, and lines come out as they are printed; in memory are some ten thousand bytes
     * of either. Forgets the partitioner.
     *
     * <p><b>Laziness.</b> Nothing is started before an action. A task that ends early, because it has enough, fails or is
     * cancelled, destroys its process and the processes that this one has started; one that was left behind by a process
     * which has ended, or is started while that is destroyed, is not known. A task that is tried again starts the program again.
     *
     * <p><b>Errors.</b> Tasks fail with a {@link dev.favilla.rdd.pipe.PipeException}, which has the end of what was
     * printed to standard error, if the program cannot be started or exits with anything but 0, or if a line is longer
     * than {@code favilla.input.maxRecordSize}. A program that reads only some of its input is none: no more is computed
     * for it.
     *
     * @param command the program and its arguments, run without a shell in this JVM's working directory
     * @param environment variables that are set besides those of this JVM
     * @param charset in which lines are written and read; one that writes line ends as one byte each
     */
    public final RDD<String> pipe(List<String> command, Map<String, String> environment, Charset charset) {
        CallSite site = CallSites.here("pipe");
        notNull(environment, "environment");
        notNull(charset, "charset");
        return with(Piping.through(this, notNull(command, "command"), environment, charset, site));
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
        return new NarrowNode(datasets().nextId(), site, lineage(), operator);
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
        return Creation.union(datasets(), List.of(this, notNull(other, "other")), site);
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

    // ---------------------------------------------------------------- partitions, places and chance

    /**
     * Returns each partition as one list of its records.
     *
     * <p><b>Shape.</b> {@code P} partitions of {@code T} become {@code P} partitions of one {@code List<T>} each, empty for
     * an empty partition.
     *
     * <p><b>Cost.</b> Narrow; a whole partition is in memory at once.
     */
    public final RDD<List<T>> glom() {
        return with(narrow(CallSites.here("glom"), new GlomOperator()));
    }

    /** As {@link #coalesce(int, boolean)}, without a shuffle. */
    public RDD<T> coalesce(int partitions) {
        return coalesce(partitions, false);
    }

    /**
     * Returns the same records in fewer partitions, or with a shuffle in more.
     *
     * <p><b>Shape.</b> Without a shuffle, {@code P} partitions become {@code partitions}, or stay {@code P} if there are no
     * more than that; each is made of neighbouring ones, in order, whose numbers differ by at most one. With a shuffle, as
     * {@link #repartition}. Forgets the partitioner.
     *
     * <p><b>Cost.</b> Without a shuffle narrow, and so all that comes before in the same stage runs in as few tasks. With
     * one that keeps the tasks it has, and records are sent.
     *
     * @param partitions at least 1
     */
    public RDD<T> coalesce(int partitions, boolean shuffle) {
        return with(Rearranging.coalesce(this, partitions, shuffle, CallSites.here("coalesce")));
    }

    /**
     * Returns the same records spread evenly: each partition deals its records to the new ones in turn.
     *
     * <p><b>Shape.</b> {@code P} partitions become {@code partitions}, which differ by fewer than {@code P} records.
     * Forgets the partitioner. Where a record goes follows from its place, in every run alike.
     *
     * <p><b>Cost.</b> Wide: every record is shuffled.
     *
     * @param partitions at least 1
     */
    public RDD<T> repartition(int partitions) {
        return with(Rearranging.coalesce(this, partitions, true, CallSites.here("repartition")));
    }

    /** As {@link #sample(boolean, double, long)}; the seed is the id of this dataset, so that every run draws the same. */
    public RDD<T> sample(boolean withReplacement, double fraction) {
        return sample(withReplacement, fraction, id());
    }

    /**
     * Returns some records, drawn by chance. {@code fraction} says how many to expect, not how many there are.
     *
     * <p><b>Shape.</b> {@code P} partitions stay {@code P} partitions; records stay in their order.
     *
     * <p><b>Cost.</b> Narrow; keeps the partitioner. The same seed, partitions and records give the same sample, whether
     * or not they are cached.
     *
     * @param withReplacement whether a record may be drawn several times
     * @param fraction without replacement the chance of each record, from 0 to 1; else how often to expect each
     */
    public RDD<T> sample(boolean withReplacement, double fraction, long seed) {
        return with(Sampling.sample(this, withReplacement, fraction, seed, CallSites.here("sample")));
    }

    /** As {@link #randomSplit(double[], long)}; the seed is the id of this dataset, so that every run splits alike. */
    public final List<RDD<T>> randomSplit(double[] weights) {
        return randomSplit(weights, id());
    }

    /**
     * Returns datasets that have each record once among them, by chance.
     *
     * <p><b>Shape.</b> A dataset for each weight, of {@code P} partitions; records stay in their order.
     *
     * <p><b>Cost.</b> Narrow; keeps the partitioner. Each part computes this dataset anew unless it is cached. Parts of a
     * dataset whose records or their order differ between two runs may miss or share records.
     *
     * @param weights how large the parts are to be, each at least 0, with a sum above 0
     */
    public final List<RDD<T>> randomSplit(double[] weights, long seed) {
        List<RDD<T>> parts = new ArrayList<>();
        Sampling.split(this, weights, seed, CallSites.here("randomSplit")).forEach(part -> parts.add(like(part)));
        return List.copyOf(parts);
    }

    /** Returns a dataset of the same kind. */
    RDD<T> like(LineageNode result) {
        return with(result);
    }

    /**
     * Returns pairs of the records at the same place in both datasets.
     *
     * <p><b>Shape.</b> {@code P} partitions here and {@code P} in {@code other} become {@code P}.
     *
     * <p><b>Cost.</b> Narrow.
     *
     * <p><b>Errors.</b> {@link IllegalArgumentException} if the numbers of partitions differ, when they are asked for, at
     * the latest by an action. Partitions with different numbers of records fail the job.
     *
     * @throws IllegalArgumentException if {@code other} belongs to another context
     */
    public final <R extends @Nullable Object> PairRDD<T, R> zip(RDD<R> other) {
        return pairs(Rearranging.zip(this, notNull(other, "other"), CallSites.here("zip")));
    }

    /**
     * Returns what {@code function} makes of the partitions with the same number in both datasets, as lazy iterators.
     *
     * <p><b>Shape.</b> {@code P} partitions here and {@code P} in {@code other} become {@code P} partitions of {@code R}.
     * They may have different numbers of records; the function is called for empty ones, too.
     *
     * <p><b>Cost.</b> Narrow. Records are computed as the function asks for them. Forgets the partitioner.
     *
     * <p><b>Errors.</b> {@link IllegalArgumentException} if the numbers of partitions differ, as in {@link #zip}.
     *
     * @throws IllegalArgumentException if {@code other} belongs to another context
     */
    public final <U extends @Nullable Object, R extends @Nullable Object> RDD<R> zipPartitions(
            RDD<U> other, ZipPartitionsFunction<T, U, R> function) {
        CallSite site = CallSites.here("zipPartitions");
        return with(Rearranging.zipPartitions(this, notNull(other, "other"), notNull(function, "function"), site));
    }

    /**
     * Returns each record with its place among all, from 0 in partition order.
     *
     * <p><b>Shape.</b> {@code P} partitions of {@code T} become {@code P} partitions of {@code (T, Long)}.
     *
     * <p><b>Cost.</b> Narrow, but all partitions but the last are computed once more to count them: cache what is dear.
     *
     * <p><b>Laziness.</b> Nothing runs until an action; the first one runs a job more, which counts, unless there is only
     * one partition.
     */
    public final PairRDD<T, Long> zipWithIndex() {
        return pairs(Rearranging.withIndex(this, CallSites.here("zipWithIndex")));
    }

    /**
     * Returns each record with a number that no other has: record {@code j} of partition {@code k} gets {@code j * P + k}.
     *
     * <p><b>Shape.</b> {@code P} partitions of {@code T} become {@code P} partitions of {@code (T, Long)}.
     *
     * <p><b>Cost.</b> Narrow; nothing is counted, so numbers have gaps where partitions differ in size.
     */
    public final PairRDD<T, Long> zipWithUniqueId() {
        CallSite site = CallSites.here("zipWithUniqueId");
        return pairs(narrow(site, new NumberOperator(new NumberOperator.Interleaved(), PairFormat.of(site))));
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
     * Returns one of each group of equal records that are in both datasets().
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
                datasets().nextId(),
                site,
                datasets().shuffle(lineage(), target, aggregator, PairFormat.RECORD_AS_KEY),
                PairFormat.KEY_AS_RECORD,
                false);
    }

    /** As {@link #groupBy(MapFunction, int)} with the default number of partitions. */
    public final <K extends @Nullable Object> PairRDD<K, Iterable<T>> groupBy(MapFunction<? super T, ? extends K> key) {
        CallSite site = CallSites.here("groupBy");
        PairRDD<K, T> keyed = keyBy(key, site);
        return keyed.groupByKey(datasets().defaultPartitioner(List.of(keyed)), site);
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
        datasets().persist(lineage(), notNull(level, "level"));
        return this;
    }

    /**
     * Drops what is kept of this dataset and its mark before it returns; it is computed again when needed. Partitions that
     * are being read go when their last reader ends. Returns this dataset.
     */
    public RDD<T> unpersist() {
        datasets().unpersist(lineage());
        return this;
    }

    /** As {@link #unpersist()}, which needs not wait for other machines: what it drops is gone either way. */
    public RDD<T> unpersist(boolean blocking) {
        return unpersist();
    }

    // ---------------------------------------------------------------- cutting the lineage

    /**
     * Marks this dataset to be written to the context's checkpoint directory by the next action that computes it or
     * something made of it. From then on it is read from there: what it was made of is forgotten, its shuffles included,
     * and children that were made before see that, too.
     *
     * <p><b>Cost.</b> Computed twice, by the action and by a job that writes it after that; cache it before.
     *
     * <p><b>Laziness.</b> Nothing is written here. An action writes the marked datasets that are nearest to it; with the
     * local property {@code favilla.checkpoint.allMarkedAncestors} set to {@code true} it writes all it reaches.
     *
     * <p><b>Errors.</b> An action throws what the job that writes has failed with; the next one tries again. When files
     * are gone later, tasks that want them fail with an {@link dev.favilla.text.InputException} that names the file.
     *
     * @return this dataset
     * @throws dev.favilla.rdd.CheckpointException if the context has no checkpoint directory
     * @see EngineContext#setCheckpointDir
     * @see EngineContext#checkpointFile
     */
    public RDD<T> checkpoint() {
        datasets().checkpoints().mark(lineage(), CallSites.here("checkpoint"));
        return this;
    }

    /**
     * Marks this dataset to be kept, and has the next action that computes it, or something made of it, cut its lineage
     * to what is cached. Faster than {@link #checkpoint}, and not safe: a block that is lost with its executor, or dropped
     * by {@link #unpersist}, cannot be computed again, and tasks that want it fail with an error that names it.
     *
     * <p><b>Cost.</b> Kept at the level that is set, with disk added; without one at {@link
     * StorageLevel#MEMORY_AND_DISK}. What is cached at a level without disk is dropped here, and computed again.
     *
     * <p><b>Errors.</b> An action throws {@link dev.favilla.rdd.CheckpointException} if a partition cannot be cached; the
     * lineage stays then, and the next action tries again.
     *
     * @return this dataset
     */
    public RDD<T> localCheckpoint() {
        datasets().checkpoints().markLocal(lineage(), CallSites.here("localCheckpoint"));
        return this;
    }

    // ---------------------------------------------------------------- within the package

    private <R extends @Nullable Object> RDD<R> with(LineageNode result) {
        return new RDD<>(datasets(), result);
    }

    private DoubleRDD numbers(LineageNode result) {
        return new DoubleRDD(datasets(), result);
    }

    private <K extends @Nullable Object, V extends @Nullable Object> PairRDD<K, V> pairs(LineageNode result) {
        return new PairRDD<>(datasets(), result);
    }
}
