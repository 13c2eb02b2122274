package dev.favilla;

import static dev.favilla.Arguments.notNull;

import dev.favilla.closure.Closure;
import dev.favilla.function.MapFunction;
import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.LineageNode;
import dev.favilla.rdd.NarrowNode;
import dev.favilla.rdd.ShuffledNode;
import dev.favilla.rdd.ZeroValue;
import dev.favilla.rdd.sort.KeyOrder;
import dev.favilla.rdd.sort.RangeFilterOperator;
import dev.favilla.rdd.sort.SampledRanges;
import dev.favilla.rdd.sort.SortOperator;
import dev.favilla.shuffle.NaturalKeys;
import dev.favilla.shuffle.Partitioner;
import dev.favilla.shuffle.RangePartitioner;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/** What sorts by key are made of. Where an order is null, keys compare naturally. */
final class Sorting {

    private Sorting() {}

    static <T extends @Nullable Object, K extends @Nullable Object> RDD<T> byKey(
            RDD<T> records, MapFunction<? super T, ? extends K> key, CallSite site) {
        PairRDD<K, T> keyed = records.keyBy(notNull(key, "key"), site);
        return byKey(keyed, null, true, site).values(site);
    }

    static <T extends @Nullable Object, K extends @Nullable Object> RDD<T> byKey(
            RDD<T> records,
            MapFunction<? super T, ? extends K> key,
            @Nullable Comparator<? super K> order,
            boolean ascending,
            int partitions,
            CallSite site) {
        notNull(key, "key");
        records.datasets().checkPartitions(partitions);
        PairRDD<K, T> keyed = records.keyBy(key, site);
        return byKey(keyed, order, ascending, partitions, site).values(site);
    }

    static <K extends @Nullable Object, V extends @Nullable Object> PairRDD<K, V> byKey(
            PairRDD<K, V> pairs, @Nullable Comparator<? super K> order, boolean ascending, CallSite site) {
        return byKey(pairs, order, ascending, Math.max(1, pairs.getNumPartitions()), site);
    }

    static <K extends @Nullable Object, V extends @Nullable Object> PairRDD<K, V> byKey(
            PairRDD<K, V> pairs,
            @Nullable Comparator<? super K> order,
            boolean ascending,
            int partitions,
            CallSite site) {
        KeyOrder keys = keyOrder(pairs, order, ascending, site);
        return sorted(pairs, ranges(pairs, keys, partitions, site), keys, site);
    }

    static <K extends @Nullable Object, V extends @Nullable Object> PairRDD<K, V> withinPartitions(
            PairRDD<K, V> pairs, Partitioner partitioner, @Nullable Comparator<? super K> order, CallSite site) {
        notNull(partitioner, "partitioner");
        return sorted(pairs, partitioner, keyOrder(pairs, order, true, site), site);
    }

    private static <K extends @Nullable Object, V extends @Nullable Object> PairRDD<K, V> sorted(
            PairRDD<K, V> pairs, Partitioner partitioner, KeyOrder keys, CallSite site) {
        Datasets datasets = pairs.datasets();
        PairFormat format = PairFormat.of(site);
        if (Joins.liesAs(pairs, partitioner)) {
            return pairs.with(pairs.narrow(site, new SortOperator(keys, format, false)));
        }
        LineageNode placed = new ShuffledNode(
                datasets.nextId(), site, datasets.shuffle(pairs.lineage(), partitioner, null, format), format, true);
        return pairs.with(new NarrowNode(datasets.nextId(), site, placed, new SortOperator(keys, format, true)));
    }

    static <K extends @Nullable Object, V extends @Nullable Object> PairRDD<K, V> filterByRange(
            PairRDD<K, V> pairs, @Nullable Comparator<? super K> order, K lower, K upper, CallSite site) {
        KeyOrder keys = keyOrder(pairs, order, true, site);
        Partitioner ranges = pairs.partitioner()
                .filter(partitioner -> RangeFilterOperator.isOf(partitioner, keys))
                .orElse(null);
        return pairs.with(pairs.narrow(
                site,
                new RangeFilterOperator(
                        keys, end(lower, site), end(upper, site), ranges, PairFormat.of(site), site.toString())));
    }

    private static ZeroValue end(@Nullable Object key, CallSite site) {
        try {
            return ZeroValue.of(key, site.toString());
        } catch (IllegalArgumentException e) {
            throw Arguments.notWritten(key, "An end of the range of " + site, e);
        }
    }

    static <K extends @Nullable Object, V extends @Nullable Object> RangePartitioner sample(
            PairRDD<K, V> pairs,
            @Nullable Comparator<? super K> order,
            boolean ascending,
            int partitions,
            CallSite site) {
        Datasets datasets = pairs.datasets();
        datasets.requireUsable();
        SampledRanges ranges = ranges(pairs, keyOrder(pairs, order, ascending, site), partitions, site);
        ranges.prepare(datasets.preparing(site));
        return ranges.ranges();
    }

    private static SampledRanges ranges(PairRDD<?, ?> pairs, KeyOrder keys, int partitions, CallSite site) {
        return new SampledRanges(
                pairs.lineage(),
                PairFormat.of(site),
                pairs.datasets().checkPartitions(partitions),
                keys,
                site.toString());
    }

    private static KeyOrder keyOrder(
            PairRDD<?, ?> pairs, @Nullable Comparator<?> order, boolean ascending, CallSite site) {
        Comparator<?> comparator = order == null ? new NaturalKeys(site.operation()) : order;
        Closure<Comparator<@Nullable Object>> captured = pairs.captureOrder(comparator, site);
        return new KeyOrder(captured, comparator instanceof NaturalKeys, ascending);
    }
}
