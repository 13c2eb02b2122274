package dev.favilla;

import dev.favilla.attempt.TaskScope;
import dev.favilla.function.ReduceFunction;
import dev.favilla.lineage.Action;
import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.Cursor;
import dev.favilla.lineage.EntryExtractor;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.Sink;
import dev.favilla.lineage.UserCode;
import dev.favilla.lineage.UserCodeException;
import dev.favilla.rdd.Combiners;
import dev.favilla.rdd.LocalCombineOperator;
import dev.favilla.rdd.ShuffledNode;
import dev.favilla.rdd.ZeroValue;
import dev.favilla.shuffle.Aggregator;
import dev.favilla.shuffle.Partitioner;
import dev.favilla.stats.BoundedDouble;
import dev.favilla.stats.PartialResult;
import dev.favilla.value.SizeEstimator;
import dev.favilla.value.StableHash;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The actions that look at keys. Where they aggregate, it is by a shuffle, so that only the result is held at once. */
final class ByKeyActions {

    private ByKeyActions() {}

    /** Counts records, each its own key. */
    static <T extends @Nullable Object> Map<T, Long> countByValue(RDD<T> records, CallSite site) {
        Partitioner target = records.datasets().defaultPartitioner(List.of(records));
        return merged(records, target, new Once(PairFormat.RECORD_AS_KEY), Long::sum, site);
    }

    /** Counts pairs of each key. */
    static <K extends @Nullable Object> Map<K, Long> countByKey(PairRDD<K, ?> pairs, CallSite site) {
        Partitioner target = pairs.datasets().defaultPartitioner(List.of(pairs));
        return merged(pairs, target, new Once(PairFormat.of(site)), Long::sum, site);
    }

    static <K extends @Nullable Object, V extends @Nullable Object> Map<K, V> reduceByKey(
            PairRDD<K, V> pairs, ReduceFunction<V> merge, CallSite site) {
        Partitioner target = pairs.datasets().defaultPartitioner(List.of(pairs));
        return merged(pairs, target, PairFormat.of(site), new AbsentIfNull<>(merge), site);
    }

    /**
     * Counts records of each key approximately, each partition for itself: a shuffle would have nothing to tell before all of
     * its map tasks have ended.
     *
     * @param keys the keys of the records
     */
    static <K extends @Nullable Object> PartialResult<Map<K, BoundedDouble>> countApprox(
            RDD<?> records, EntryExtractor keys, JobRunner.Patience patience, double confidence, CallSite site) {
        Approximations.CountByKey action = new Approximations.CountByKey(confidence, site);
        ReduceFunction<Long> sum = Long::sum;
        LineageNode counted = records.narrow(
                site, new LocalCombineOperator(aggregator(records, sum, site), new Once(keys), PairFormat.of(site)));
        return RDDActions.result(records.datasets().approximate(counted, action, patience, site));
    }

    @SuppressWarnings("unchecked") // the values are those that the function is for
    private static Aggregator aggregator(RDD<?> records, ReduceFunction<?> merge, CallSite site) {
        var combiner = new Combiners.Reduce((ReduceFunction<@Nullable Object>) merge, site.toString());
        return new Aggregator(records.capture(combiner, site), true, true);
    }

    private static <K extends @Nullable Object, V extends @Nullable Object> Map<K, V> merged(
            RDD<?> records, Partitioner target, EntryExtractor entries, ReduceFunction<V> merge, CallSite site) {
        Datasets datasets = records.datasets();
        PairFormat format = PairFormat.of(site);
        Aggregator aggregator = aggregator(records, merge, site);
        LineageNode node = Joins.liesAs(records, target)
                ? records.narrow(site, new LocalCombineOperator(aggregator, entries, format))
                : new ShuffledNode(
                        datasets.nextId(),
                        site,
                        datasets.shuffle(records.lineage(), target, aggregator, entries),
                        format,
                        true);
        return toMap(
                RDDActions.result(datasets.run(node, new Actions.Collect(site.operation(), Integer.MAX_VALUE), site)));
    }

    /** The last value of a key stays, in the place of the first. */
    static <K extends @Nullable Object, V extends @Nullable Object> Map<K, V> toMap(List<Pair<K, V>> pairs) {
        Map<K, V> map = new LinkedHashMap<>();
        for (Pair<K, V> pair : pairs) {
            map.put(pair.key(), pair.value());
        }
        return map;
    }

    /** @throws IllegalArgumentException if the key cannot be one, or its partition is none of the dataset's */
    static <K extends @Nullable Object, V extends @Nullable Object> List<V> lookup(
            PairRDD<K, V> pairs, K key, CallSite site) {
        Datasets datasets = pairs.datasets();
        datasets.requireUsable();
        StableHash.requireKey(key);
        Lookup lookup = new Lookup(wanted(key, site), PairFormat.of(site), site);
        Partitioner partitioner = pairs.partitioner().orElse(null);
        if (partitioner == null) {
            return RDDActions.result(pairs.run(lookup, site));
        }
        datasets.prepare(pairs.lineage(), site);
        int partition = partitioner.partition(key);
        int count = pairs.getNumPartitions();
        if (partition < 0 || partition >= count) {
            throw new IllegalArgumentException("the partition of a key must be between 0 and " + (count - 1)
                    + ", and " + partitioner + " puts " + UserCodeException.preview(key) + " into " + partition + " ("
                    + site + ")");
        }
        return RDDActions.result(datasets.run(pairs.lineage(), List.of(partition), lookup, site));
    }

    private static ZeroValue wanted(@Nullable Object key, CallSite site) {
        try {
            return ZeroValue.of(key, site.toString());
        } catch (IllegalArgumentException e) {
            throw Arguments.notWritten(key, "The key of " + site, e);
        }
    }

    /** Each record counts one. */
    private record Once(EntryExtractor keys) implements EntryExtractor {

        @Override
        public @Nullable Object key(@Nullable Object record) {
            return keys.key(record);
        }

        @Override
        public Object value(@Nullable Object record) {
            return 1L;
        }
    }

    /** Merges two values; null is as good as none so far. */
    private record AbsentIfNull<V extends @Nullable Object>(ReduceFunction<V> merge) implements ReduceFunction<V> {

        @Override
        public V call(V left, V right) throws Exception {
            return left == null ? right : merge.call(left, right);
        }
    }

    /** The values of one key, in the order of their records. */
    private record Lookup(ZeroValue key, PairFormat pairs, CallSite callSite) implements Action {

        @Override
        public String name() {
            return callSite.operation();
        }

        @Override
        public boolean keepsRecords() {
            return true;
        }

        @Override
        public List<@Nullable Object> run(Cursor input, TaskScope scope) throws Exception {
            Gathering values = new Gathering(Integer.MAX_VALUE, ResultSizes.open(scope));
            Object wanted = key.fresh();
            Actions.drain(input, new Sink() {
                @Override
                public boolean push(@Nullable Object record) {
                    if (isWanted(record)) {
                        values.push(pairs.value(record));
                    }
                    return true;
                }

                private boolean isWanted(@Nullable Object record) {
                    Object found = pairs.key(record);
                    try {
                        return Objects.equals(wanted, found);
                    } catch (RuntimeException | Error e) {
                        throw UserCode.failure(callSite.toString(), UserCodeException.preview(record), e);
                    }
                }
            });
            return values.finish();
        }

        @Override
        public long resultBytes(@Nullable Object staged) {
            return new SizeEstimator().estimate(staged);
        }

        @Override
        public List<@Nullable Object> merge(List<@Nullable Object> staged) {
            return new Actions.Collect(name(), Integer.MAX_VALUE).merge(staged);
        }
    }
}
