package dev.favilla;

import static dev.favilla.Arguments.notNull;

import dev.favilla.closure.Closure;
import dev.favilla.closure.ClosureNotSerializableException;
import dev.favilla.function.CombineFunction;
import dev.favilla.function.ForeachFunction;
import dev.favilla.function.IndexedPartitionFunction;
import dev.favilla.function.ReduceFunction;
import dev.favilla.io.FileCodec;
import dev.favilla.io.Sink;
import dev.favilla.lineage.Action;
import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.Dependency;
import dev.favilla.lineage.LineageNode;
import dev.favilla.rdd.ZeroValue;
import dev.favilla.rdd.narrow.MapPartitionsOperator;
import dev.favilla.shuffle.HashPartitioner;
import dev.favilla.shuffle.Partitioner;
import dev.favilla.stats.Aggregate;
import dev.favilla.stats.BoundedDouble;
import dev.favilla.stats.HyperLogLog;
import dev.favilla.stats.PartialResult;
import dev.favilla.storage.StorageLevel;
import dev.favilla.text.ObjectPartFormat;
import dev.favilla.text.RecordPartFormat;
import dev.favilla.text.TextPartFormat;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * What can be asked of a dataset: what it is, and the actions that run jobs on it. {@link RDD} has all of it.
 *
 * @param <T> the type of the records, which may be null
 */
public abstract sealed class RDDActions<T extends @Nullable Object> permits RDD {

    private final Datasets datasets;
    private final LineageNode node;

    RDDActions(Datasets datasets, LineageNode node) {
        this.datasets = datasets;
        this.node = node;
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

    /** Returns the name given by {@link RDD#setName}, if any. */
    public final Optional<String> name() {
        return Optional.of(datasets.name(node)).filter(name -> !name.isEmpty());
    }

    /** Returns the number of partitions, 0 or more. Lists the files of text inputs the first time. */
    public final int getNumPartitions() {
        return node.numPartitions();
    }

    /**
     * Returns the names of the executors where a partition is best computed, as the dataset itself knows them: those that a
     * {@link dev.favilla.io.Split} of a source prefers. None for other datasets; tasks go where their parents, cached partitions
     * or map outputs lie all the same.
     *
     * @throws IllegalArgumentException if there is no such partition
     */
    public final List<String> preferredLocations(int partition) {
        checkPartition(partition, "partition");
        return node.preferredExecutors(partition);
    }

    private void checkPartition(int partition, String name) {
        int count = getNumPartitions();
        if (partition < 0 || partition >= count) {
            throw new IllegalArgumentException(
                    name + " must be >= 0 and < " + count + ", as many as " + this + " has, got " + partition);
        }
    }

    /** Returns where keys are known to lie, if they are. */
    public final Optional<Partitioner> partitioner() {
        return node.partitioner();
    }

    /** Returns what this dataset is computed from. */
    public final List<Dependency> dependencies() {
        return node.dependencies();
    }

    /** Returns the level set by {@link RDD#persist}; {@link StorageLevel#NONE} if none is. */
    public final StorageLevel getStorageLevel() {
        return datasets.level(node);
    }

    /** Returns whether {@link RDD#checkpoint} or {@link RDD#localCheckpoint} has cut the lineage, after an action. */
    public final boolean isCheckpointed() {
        return Checkpoints.checkpointOf(node).isPresent();
    }

    /** Returns the directory that {@link RDD#checkpoint} has written; empty before, and for local checkpoints. */
    public final Optional<String> getCheckpointFile() {
        return Checkpoints.checkpointOf(node).flatMap(cut -> Optional.ofNullable(cut.directory()));
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

    /** As {@link #countApprox(Duration, double)} with a confidence of 0.95. */
    public final PartialResult<BoundedDouble> countApprox(Duration timeout) {
        CallSite site = CallSites.here("countApprox");
        return approximate(new Approximations.Count(Approximations.DEFAULT_CONFIDENCE), timeout, site);
    }

    /**
     * Returns about how many records there are, judged by the partitions that have ended when {@code timeout} is over, while
     * the job goes on to the exact number; or the exact number if it has ended by then.
     *
     * <p><b>Cost.</b> Runs one job over all partitions. What has to go before, as the sample for the ranges of a sort, is waited
     * for and does not count.
     *
     * <p><b>Errors.</b> If the job fails in time, this throws what {@link #count} would have thrown; later
     * {@link PartialResult#getFinalValue} does.
     *
     * @param timeout at least 0
     * @param confidence with which probability the number is to be within the bounds, from 0 to 1
     */
    public final PartialResult<BoundedDouble> countApprox(Duration timeout, double confidence) {
        return approximate(new Approximations.Count(confidence), timeout, CallSites.here("countApprox"));
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
        Taking.check(n);
        datasets.requireUsable();
        return n == 0
                ? new ArrayList<>()
                : Taking.first(
                        n, getNumPartitions(), (partitions, action) -> datasets.run(node, partitions, action, site));
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

    /**
     * Returns the smallest record by natural order; the first of equal ones.
     *
     * @throws UnsupportedOperationException if there is no record
     * @throws IllegalArgumentException if the records are pairs, which have no natural order; other records that have
     *     none fail the job
     */
    public T min() {
        CallSite site = CallSites.here("min");
        return extreme(naturalOrder(site), site);
    }

    /**
     * Returns the smallest record by {@code order}; the first of equal ones. Runs one job over all partitions.
     *
     * @param order serializable, see {@link Ordering}
     * @throws UnsupportedOperationException if there is no record
     */
    public final T min(Comparator<? super T> order) {
        return extreme(notNull(order, "order"), CallSites.here("min"));
    }

    /** Returns the largest record by natural order, with the errors of {@link #min()}; the first of equal ones. */
    public T max() {
        CallSite site = CallSites.here("max");
        return extreme(naturalOrder(site).reversed(), site);
    }

    /**
     * Returns the largest record by {@code order}; the first of equal ones. Runs one job over all partitions.
     *
     * @param order serializable, see {@link Ordering}
     * @throws UnsupportedOperationException if there is no record
     */
    public final T max(Comparator<? super T> order) {
        return extreme(new Descending<>(notNull(order, "order")), CallSites.here("max"));
    }

    private T extreme(Comparator<? super T> order, CallSite site) {
        List<T> found = ordered(site.operation(), 1, order, site);
        if (found.isEmpty()) {
            throw empty(site.operation());
        }
        return found.get(0);
    }

    private List<T> ordered(String name, int n, Comparator<? super T> order, CallSite site) {
        Taking.check(n);
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
        return reduce(merge, CallSites.here("reduce"));
    }

    /** As {@link #treeReduce(ReduceFunction, int)} with a depth of 2. */
    public final T treeReduce(ReduceFunction<T> merge) {
        return reduce(merge, CallSites.here("treeReduce"));
    }

    /**
     * As {@link #reduce}: the same result, bit for bit, whatever the depth. Partial results merge in a task slot of this JVM
     * anyway, and have no network to cross, so there is nothing to relieve by merging in rounds.
     *
     * @param depth at least 1; what is a tree on a cluster is one merge here
     */
    public final T treeReduce(ReduceFunction<T> merge, int depth) {
        checkDepth(depth);
        return reduce(merge, CallSites.here("treeReduce"));
    }

    private static void checkDepth(int depth) {
        if (depth < 1) {
            throw new IllegalArgumentException("depth must be >= 1, got " + depth);
        }
    }

    private T reduce(ReduceFunction<T> merge, CallSite site) {
        Object result = run(new Actions.Reduce(capture(notNull(merge, "merge"), site), site), site);
        if (result == null) {
            throw empty(site.operation());
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
     * Returns what {@code add} makes of all records, with a result of another type than theirs. The zero is used once in each
     * partition and once more at the end, as a copy unless it is immutable.
     *
     * <p><b>Cost.</b> Runs one job: records are added in each partition, and the parts merge in partition order, all in task
     * slots.
     *
     * @param zero neutral for {@code merge}, or it counts partitions + 1 times
     * @param add may change and return its first argument
     * @param merge associative; may change and return its first argument
     */
    public final <U extends @Nullable Object> U aggregate(
            U zero, CombineFunction<U, ? super T> add, ReduceFunction<U> merge) {
        return aggregate(zero, add, merge, CallSites.here("aggregate"));
    }

    /**
     * Returns what an aggregate makes of all records, for example {@code aggregate(Aggregates.averaging(x -> x))}.
     *
     * <p><b>Cost.</b> Runs one job: parts are made in each partition, merge in partition order and are finished, all in task
     * slots.
     *
     * @param aggregate see {@link dev.favilla.stats.Aggregates} for the common ones
     */
    public final <A extends @Nullable Object, R extends @Nullable Object> R aggregate(
            Aggregate<? super T, A, R> aggregate) {
        CallSite site = CallSites.here("aggregate");
        return result(run(new Aggregating.OfAggregate(capture(notNull(aggregate, "aggregate"), site), site), site));
    }

    /** As {@link #treeAggregate(Object, CombineFunction, ReduceFunction, int)} with a depth of 2. */
    public final <U extends @Nullable Object> U treeAggregate(
            U zero, CombineFunction<U, ? super T> add, ReduceFunction<U> merge) {
        return aggregate(zero, add, merge, CallSites.here("treeAggregate"));
    }

    /**
     * As {@link #aggregate(Object, CombineFunction, ReduceFunction)}: the same result, bit for bit, whatever the depth. See
     * {@link #treeReduce(ReduceFunction, int)} for why.
     *
     * @param depth at least 1
     */
    public final <U extends @Nullable Object> U treeAggregate(
            U zero, CombineFunction<U, ? super T> add, ReduceFunction<U> merge, int depth) {
        checkDepth(depth);
        return aggregate(zero, add, merge, CallSites.here("treeAggregate"));
    }

    private <U extends @Nullable Object> U aggregate(
            U zero, CombineFunction<U, ? super T> add, ReduceFunction<U> merge, CallSite site) {
        ZeroValue copies = zero(zero, site);
        return result(run(
                new Aggregating.OfFunctions(
                        copies, capture(notNull(add, "add"), site), capture(notNull(merge, "merge"), site), site),
                site));
    }

    /**
     * Returns how often each record comes, in a map of the caller's own.
     *
     * <p><b>Cost.</b> Wide: one number per distinct record and map partition is shuffled, and the result is held at once.
     *
     * @throws JobFailedException if a record cannot be a key, as arrays cannot
     */
    public final Map<T, Long> countByValue() {
        return ByKeyActions.countByValue((RDD<T>) this, CallSites.here("countByValue"));
    }

    /** As {@link #countByValueApprox(Duration, double)} with a confidence of 0.95. */
    public final PartialResult<Map<T, BoundedDouble>> countByValueApprox(Duration timeout) {
        return countByValueApprox(timeout, Approximations.DEFAULT_CONFIDENCE, CallSites.here("countByValueApprox"));
    }

    /**
     * As {@link #countApprox(Duration, double)}, for each of the distinct records: about how often it comes. An estimate has
     * those of the partitions that have ended, in the order in which they were first seen.
     *
     * <p><b>Cost.</b> Runs one job, without a shuffle: each partition counts for itself, and one number per distinct record and
     * partition is held at once.
     *
     * @throws JobFailedException if a record cannot be a key, as arrays cannot
     */
    public final PartialResult<Map<T, BoundedDouble>> countByValueApprox(Duration timeout, double confidence) {
        return countByValueApprox(timeout, confidence, CallSites.here("countByValueApprox"));
    }

    private PartialResult<Map<T, BoundedDouble>> countByValueApprox(
            Duration timeout, double confidence, CallSite site) {
        JobRunner.Patience patience = Approximations.patience(timeout);
        return ByKeyActions.countApprox((RDD<T>) this, PairFormat.RECORD_AS_KEY, patience, confidence, site);
    }

    /** As {@link #takeSample(boolean, int, long)}, with a seed that is another each time. */
    public final List<T> takeSample(boolean withReplacement, int n) {
        return takeSample(withReplacement, n, new SplittableRandom().nextLong(), CallSites.here("takeSample"));
    }

    /**
     * Returns exactly {@code n} records that chance picks, in an order by chance, in a list of the caller's own; without
     * replacement all of them if there are fewer. The same seed picks the same from the same partitions.
     *
     * <p><b>Cost.</b> Runs one job over all partitions, in one pass; each task holds at most {@code n} records.
     *
     * @param withReplacement whether a record can be picked more than once
     * @param n at least 0
     */
    public final List<T> takeSample(boolean withReplacement, int n, long seed) {
        return takeSample(withReplacement, n, seed, CallSites.here("takeSample"));
    }

    private List<T> takeSample(boolean withReplacement, int n, long seed, CallSite site) {
        Taking.check(n);
        datasets.requireUsable();
        if (n == 0) {
            return new ArrayList<>();
        }
        String name = site.operation();
        return result(run(
                withReplacement
                        ? new TakeSample.WithReplacement(name, n, seed)
                        : new TakeSample.Distinct(name, n, seed),
                site));
    }

    /**
     * Returns the records of some partitions, a list for each, in the order in which they are asked for.
     *
     * <p><b>Cost.</b> Runs one job over these partitions; the records are shared, not copied.
     *
     * @throws IllegalArgumentException if there is no partition of one of the numbers
     */
    public final List<List<T>> collectPartitions(int... partitions) {
        CallSite site = CallSites.here("collectPartitions");
        List<Integer> wanted =
                Arrays.stream(notNull(partitions, "partitions")).boxed().toList();
        wanted.forEach(partition -> checkPartition(partition, "partitions"));
        List<Integer> once = wanted.stream().distinct().toList();
        List<List<T>> found = result(datasets.run(node, once, new Actions.CollectPartitions(), site));
        List<List<T>> lists = new ArrayList<>();
        for (int partition : wanted) {
            lists.add(new ArrayList<>(found.get(once.indexOf(partition))));
        }
        return lists;
    }

    /**
     * Returns all records in partition order, fetched partition by partition: what is left of one is held at a time.
     *
     * <p><b>Cost.</b> A job for each partition, when the first of its records is wanted; each computes its lineage again, but
     * for shuffles that are there and what is cached. Jobs run on, and take over the properties of, the thread that iterates.
     *
     * <p><b>Errors.</b> A job that fails throws out of {@code hasNext} or {@code next}, which may be called again. What was
     * handed out stays so: a lineage that is not the same each time may give other records later than were expected.
     */
    public final Iterator<T> toLocalIterator() {
        CallSite site = CallSites.here("toLocalIterator");
        datasets.requireUsable();
        return new LocalIterator<>(this, site);
    }

    /**
     * Calls {@code function} for each record, in task slots, for its effect. A task that fails and is tried again
     * repeats its effects.
     */
    public final void foreach(ForeachFunction<? super T> function) {
        CallSite site = CallSites.here("foreach");
        run(new Actions.Foreach(capture(notNull(function, "function"), site), site), site);
    }

    /**
     * Calls {@code function} for each partition, also empty ones, with its records as a lazy iterator, for its effect: a
     * connection can be opened once for many records. A task that fails and is tried again repeats its effects.
     */
    public final void foreachPartition(ForeachFunction<Iterator<T>> function) {
        CallSite site = CallSites.here("foreachPartition");
        datasets.run(forPartitions(function, site), new Actions.Effects(site.operation()), site);
    }

    private LineageNode forPartitions(ForeachFunction<Iterator<T>> function, CallSite site) {
        var body = new ForPartition<>(notNull(function, "function"));
        return ((RDD<T>) this).narrow(site, new MapPartitionsOperator(capture(body, site), false));
    }

    /** Calls a function and has no records to hand on. */
    private record ForPartition<T extends @Nullable Object>(ForeachFunction<Iterator<T>> function)
            implements IndexedPartitionFunction<T, T> {

        @Override
        public Iterator<T> call(int partition, Iterator<T> records) throws Exception {
            function.call(records);
            return Collections.emptyIterator();
        }
    }

    // ---------------------------------------------------------------- actions that do not wait

    /**
     * As {@link #count}, without waiting for it.
     *
     * <p>The job is submitted here and takes the properties of this thread. No thread waits for it; one is used only where jobs
     * must go before, for ranges that are to be sampled, say.
     */
    public final FutureAction<Long> countAsync() {
        return datasets.start(node, new Actions.Count(), CallSites.here("countAsync"));
    }

    /** As {@link #collect}, without waiting for it: see {@link #countAsync}. */
    public final FutureAction<List<T>> collectAsync() {
        CallSite site = CallSites.here("collectAsync");
        return datasets.start(node, new Actions.Collect("collect", Integer.MAX_VALUE), site);
    }

    /**
     * As {@link #take}, without waiting for it. Takes a thread while it runs, as there may be several jobs.
     *
     * @param n at least 0
     */
    public final FutureAction<List<T>> takeAsync(int n) {
        CallSite site = CallSites.here("takeAsync");
        Taking.check(n);
        return datasets.startSteps(
                node, site, rounds -> n == 0 ? new ArrayList<>() : Taking.first(n, getNumPartitions(), rounds));
    }

    /** As {@link #foreach}, without waiting for it: see {@link #countAsync}. Its result is null. */
    public final FutureAction<@Nullable Void> foreachAsync(ForeachFunction<? super T> function) {
        CallSite site = CallSites.here("foreachAsync");
        return datasets.start(node, new Actions.Foreach(capture(notNull(function, "function"), site), site), site);
    }

    /** As {@link #foreachPartition}, without waiting for it: see {@link #countAsync}. Its result is null. */
    public final FutureAction<@Nullable Void> foreachPartitionAsync(ForeachFunction<Iterator<T>> function) {
        CallSite site = CallSites.here("foreachPartitionAsync");
        return datasets.start(forPartitions(function, site), new Actions.Effects(site.operation()), site);
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

    final <R> PartialResult<R> approximate(Approximation<R> action, Duration timeout, CallSite site) {
        return datasets.approximate(node, action, Approximations.patience(timeout), site);
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
        return o instanceof RDDActions<?> other && datasets == other.datasets && node.equals(other.node);
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
