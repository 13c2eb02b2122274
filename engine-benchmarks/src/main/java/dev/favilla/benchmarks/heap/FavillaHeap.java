package dev.favilla.benchmarks.heap;

import dev.favilla.EngineContext;
import dev.favilla.Pair;
import dev.favilla.PairRDD;
import dev.favilla.RDD;
import dev.favilla.attempt.Metric;
import dev.favilla.storage.StorageLevel;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** This engine, with default settings. */
public final class FavillaHeap implements HeapSystem {

    private final EngineContext engine;

    public FavillaHeap(int threads) {
        this.engine = EngineContext.open("local[" + threads + "]");
    }

    @Override
    public long run(HeapPipeline pipeline, long records, int partitions) throws Exception {
        return switch (pipeline) {
            case REDUCE_BY_KEY ->
                pairs(0, records, records / 2, partitions)
                        .reduceByKey((left, right) -> left.compareTo(right) >= 0 ? left : right, partitions)
                        .map(pair -> HeapRecords.check(pair.key(), pair.value()))
                        .reduce(Long::sum);
            case GROUP_BY_KEY -> grouped(records, partitions);
            case SORT_BY_KEY -> sorted(pairs(0, records, records, partitions).sortByKey(true, partitions));
            case JOIN ->
                left(records, partitions)
                        .join(right(records, partitions), partitions)
                        .map(row -> HeapRecords.check(
                                row.key(), row.value().key(), row.value().value()))
                        .reduce(Long::sum);
            case COGROUP -> cogrouped(records, partitions);
            case DISTINCT -> distinct(records, records / 2, partitions);
            default ->
                scanned(pairs(0, records, records, partitions).persist(StorageLevel.fromString(pipeline.level())));
        };
    }

    private long grouped(long records, int partitions) {
        return engine.range(0, records, 1, partitions)
                .mapToPair(i -> Pair.of(HeapRecords.groupKey(i), HeapRecords.text(i)))
                .groupByKey(partitions)
                .map(group -> {
                    long sum = 0;
                    for (String text : group.value()) {
                        sum += HeapRecords.check(group.key(), text);
                    }
                    return sum;
                })
                .reduce(Long::sum);
    }

    private long cogrouped(long records, int partitions) {
        return left(records, partitions)
                .cogroup(right(records, partitions), partitions)
                .map(row -> {
                    long sum = 0;
                    for (String left : row.value().first()) {
                        for (String right : row.value().second()) {
                            sum += HeapRecords.check(row.key(), left, right);
                        }
                    }
                    return sum;
                })
                .reduce(Long::sum);
    }

    private long distinct(long records, long texts, int partitions) {
        return engine.range(0, records, 1, partitions)
                .map(i -> HeapRecords.text(i % texts))
                .distinct(partitions)
                .map(text -> HeapRecords.check(0, text))
                .reduce(Long::sum);
    }

    private PairRDD<Long, String> pairs(long from, long to, long keys, int partitions) {
        return engine.range(from, to, 1, partitions)
                .mapToPair(i -> Pair.of(HeapRecords.key(i, keys), HeapRecords.text(i)));
    }

    private PairRDD<Long, String> left(long records, int partitions) {
        return pairs(0, records / 2, records / 2, partitions);
    }

    private PairRDD<Long, String> right(long records, int partitions) {
        return pairs(records / 2, records, records / 2, partitions);
    }

    private static long sorted(RDD<Pair<Long, String>> pairs) {
        List<long[]> parts = pairs.mapPartitions(FavillaHeap::check).collect();
        return SortedParts.sum(parts);
    }

    private static Iterator<long[]> check(Iterator<Pair<Long, String>> pairs) {
        SortedParts.Part part = new SortedParts.Part();
        pairs.forEachRemaining(pair -> part.add(pair.key(), pair.value()));
        return part.asList().iterator();
    }

    private static long scanned(RDD<Pair<Long, String>> pairs) {
        long sum = 0;
        for (int scan = 0; scan < 3; scan++) {
            sum += pairs.map(pair -> HeapRecords.check(pair.key(), pair.value()))
                    .reduce(Long::sum);
        }
        return sum;
    }

    @Override
    public long spilledBytes() {
        return engine.recentJobs().stream()
                .mapToLong(job -> job.metrics().get(Metric.DISK_BYTES_SPILLED))
                .sum();
    }

    @Override
    public boolean nextJobsAreRight() {
        List<Long> counts = new ArrayList<>();
        for (int job = 0; job < 20; job++) {
            counts.add(engine.range(0, 1000, 1, 4)
                    .mapToPair(i -> Pair.of(i % 10, 1L))
                    .reduceByKey(Long::sum, 3)
                    .map(Pair::value)
                    .reduce(Long::sum));
        }
        return counts.stream().allMatch(count -> count == 1000);
    }

    @Override
    public void close() {
        engine.close();
    }
}
