package dev.favilla.benchmarks.heap;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.storage.StorageLevel;
import scala.Tuple2;

/** Apache Spark, with default settings but for its pages on the network and the serializer. */
public final class SparkHeap implements HeapSystem {

    private final JavaSparkContext spark;

    public SparkHeap(int threads) {
        this.spark = new JavaSparkContext(new SparkConf()
                .setMaster("local[" + threads + "]")
                .setAppName("heaps")
                .set("spark.ui.enabled", "false")
                .set("spark.serializer", "org.apache.spark.serializer.KryoSerializer")
                .set("spark.driver.host", "localhost")
                .set("spark.driver.bindAddress", "127.0.0.1"));
    }

    @Override
    public long run(HeapPipeline pipeline, long records, int partitions) {
        return switch (pipeline) {
            case REDUCE_BY_KEY ->
                pairs(0, records, records / 2, partitions)
                        .reduceByKey((left, right) -> left.compareTo(right) >= 0 ? left : right, partitions)
                        .map(pair -> HeapRecords.check(pair._1(), pair._2()))
                        .reduce(Long::sum);
            case GROUP_BY_KEY -> grouped(records, partitions);
            case SORT_BY_KEY ->
                SortedParts.sum(pairs(0, records, records, partitions)
                        .sortByKey(true, partitions)
                        .mapPartitions(SparkHeap::check)
                        .collect());
            case JOIN ->
                left(records, partitions)
                        .join(right(records, partitions), partitions)
                        .map(row -> HeapRecords.check(
                                row._1(), row._2()._1(), row._2()._2()))
                        .reduce(Long::sum);
            case COGROUP -> cogrouped(records, partitions);
            case DISTINCT -> distinct(records, records / 2, partitions);
            default ->
                scanned(pairs(0, records, records, partitions).persist(StorageLevel.fromString(pipeline.level())));
        };
    }

    private long grouped(long records, int partitions) {
        return range(0, records, partitions)
                .mapToPair(i -> new Tuple2<>(HeapRecords.groupKey(i), HeapRecords.text(i)))
                .groupByKey(partitions)
                .map(group -> {
                    long sum = 0;
                    for (String text : group._2()) {
                        sum += HeapRecords.check(group._1(), text);
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
                    for (String left : row._2()._1()) {
                        for (String right : row._2()._2()) {
                            sum += HeapRecords.check(row._1(), left, right);
                        }
                    }
                    return sum;
                })
                .reduce(Long::sum);
    }

    private long distinct(long records, long texts, int partitions) {
        return range(0, records, partitions)
                .map(i -> HeapRecords.text(i % texts))
                .distinct(partitions)
                .map(text -> HeapRecords.check(0, text))
                .reduce(Long::sum);
    }

    private static long scanned(JavaPairRDD<Long, String> pairs) {
        long sum = 0;
        for (int scan = 0; scan < 3; scan++) {
            sum += pairs.map(pair -> HeapRecords.check(pair._1(), pair._2())).reduce(Long::sum);
        }
        return sum;
    }

    private JavaRDD<Long> range(long from, long to, int partitions) {
        long step = (to - from + partitions - 1) / partitions;
        List<Long> starts = new ArrayList<>();
        for (long start = from; start < to; start += step) {
            starts.add(start);
        }
        return spark.parallelize(starts, starts.size())
                .flatMap(start -> new Numbers(start, Math.min(to, start + step)));
    }

    private static final class Numbers implements Iterator<Long> {

        private final long end;
        private long next;

        Numbers(long start, long end) {
            this.next = start;
            this.end = end;
        }

        @Override
        public boolean hasNext() {
            return next < end;
        }

        @Override
        public Long next() {
            return next++;
        }
    }

    private JavaPairRDD<Long, String> pairs(long from, long to, long keys, int partitions) {
        return range(from, to, partitions).mapToPair(i -> new Tuple2<>(HeapRecords.key(i, keys), HeapRecords.text(i)));
    }

    private JavaPairRDD<Long, String> left(long records, int partitions) {
        return pairs(0, records / 2, records / 2, partitions);
    }

    private JavaPairRDD<Long, String> right(long records, int partitions) {
        return pairs(records / 2, records, records / 2, partitions);
    }

    private static Iterator<long[]> check(Iterator<Tuple2<Long, String>> pairs) {
        SortedParts.Part part = new SortedParts.Part();
        pairs.forEachRemaining(pair -> part.add(pair._1(), pair._2()));
        return part.asList().iterator();
    }

    @Override
    public long spilledBytes() {
        return -1;
    }

    @Override
    public boolean nextJobsAreRight() {
        for (int job = 0; job < 20; job++) {
            long count = range(0, 1000, 4)
                    .mapToPair(i -> new Tuple2<>(i % 10, 1L))
                    .reduceByKey(Long::sum, 3)
                    .map(Tuple2::_2)
                    .reduce(Long::sum);
            if (count != 1000) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void close() {
        spark.close();
    }
}
