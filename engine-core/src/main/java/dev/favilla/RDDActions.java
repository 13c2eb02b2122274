package dev.favilla;

import static dev.favilla.Arguments.notNull;

import dev.favilla.closure.Closure;
import dev.favilla.closure.ClosureNotSerializableException;
import dev.favilla.function.ForeachFunction;
import dev.favilla.function.ReduceFunction;
import dev.favilla.io.FileCodec;
import dev.favilla.io.Sink;
import dev.favilla.lineage.Action;
import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.Dependency;
import dev.favilla.lineage.LineageNode;
import dev.favilla.rdd.ZeroValue;
import dev.favilla.shuffle.HashPartitioner;
import dev.favilla.shuffle.Partitioner;
import dev.favilla.stats.HyperLogLog;
import dev.favilla.storage.StorageLevel;
import dev.favilla.text.ObjectPartFormat;
import dev.favilla.text.RecordPartFormat;
import dev.favilla.text.TextPartFormat;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What can be asked of a dataset: what it is, and the actions that run jobs on it. {@link RDD} has all of it.
 *
 * @param <T> the type of the records, which may be null
 */
public abstract sealed class RDDActions<T extends @Nullable Object> permits RDD {

    /** How many times more partitions {@link #take} looks at in each round, at most. */
    private static final int TAKE_SCALE = 4;

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
