package dev.favilla.benchmarks.spark;

import dev.favilla.benchmarks.workload.CoGroup;
import dev.favilla.benchmarks.workload.Data;
import dev.favilla.benchmarks.workload.Grouping;
import dev.favilla.benchmarks.workload.Join;
import dev.favilla.benchmarks.workload.SmallJoin;
import dev.favilla.benchmarks.workload.SortByText;
import dev.favilla.benchmarks.workload.SumByLong;
import dev.favilla.benchmarks.workload.SumByString;
import dev.favilla.benchmarks.workload.WordCount;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import scala.Tuple2;

/** Jobs with one shuffle. */
final class Shuffles {

    private Shuffles() {}

    static long wordCount(JavaSparkContext spark, WordCount work) {
        return spark.textFile(work.directory().toString())
                .flatMap(line -> Arrays.asList(line.split(" ")).iterator())
                .filter(word -> !word.isEmpty())
                .mapToPair(word -> new Tuple2<>(word, 1L))
                .reduceByKey(Long::sum, work.partitions())
                .map(count -> Data.check(count._1(), count._2()))
                .reduce(Long::sum);
    }

    static long sumByLong(JavaSparkContext spark, SumByLong work) {
        long keys = work.keys();
        return Numbers.range(spark, 0, work.records(), work.partitions())
                .mapToPair(record -> new Tuple2<>(Data.key(record, keys), record))
                .reduceByKey(Long::sum, work.partitions())
                .map(sum -> Data.check(sum._1(), sum._2()))
                .reduce(Long::sum);
    }

    static long sumByString(JavaSparkContext spark, SumByString work) {
        long keys = work.keys();
        return Numbers.range(spark, 0, work.records(), work.partitions())
                .mapToPair(record -> new Tuple2<>(Data.text(record, keys), record))
                .reduceByKey(Long::sum, work.partitions())
                .map(sum -> Data.check(sum._1(), sum._2()))
                .reduce(Long::sum);
    }

    static long group(JavaSparkContext spark, Grouping work) {
        long keys = work.keys();
        return Numbers.range(spark, 0, work.records(), work.partitions())
                .mapToPair(record -> new Tuple2<>(Data.key(record, keys), record))
                .groupByKey(work.partitions())
                .map(group -> {
                    long size = 0;
                    long mixed = 0;
                    for (long value : group._2()) {
                        size++;
                        mixed += Data.mix(value);
                    }
                    return Data.check(group._1(), mixed + size);
                })
                .reduce(Long::sum);
    }

    static long join(JavaSparkContext spark, Join work) {
        JavaPairRDD<Long, Long> left = side(spark, work.records(), work.partitions(), 0);
        JavaPairRDD<Long, Long> right = side(spark, work.records(), work.partitions(), work.records());
        return left.join(right, work.partitions())
                .map(both -> Data.check(both._1(), both._2()._1(), both._2()._2()))
                .reduce(Long::sum);
    }

    static long smallJoin(JavaSparkContext spark, SmallJoin work) {
        long size = work.few();
        JavaPairRDD<Long, Long> many = Numbers.range(spark, 0, work.records(), work.partitions())
                .mapToPair(record -> new Tuple2<>(SmallJoin.key(record, size), record));
        JavaPairRDD<Long, Long> few = Numbers.range(spark, 0, size, work.partitions())
                .mapToPair(record -> new Tuple2<>(SmallJoin.fewKey(record), record));
        if (!work.broadcast()) {
            return many.join(few, work.partitions())
                    .map(both -> Data.check(both._1(), both._2()._1(), both._2()._2()))
                    .reduce(Long::sum);
        }
        Broadcast<Map<Long, Long>> table = spark.broadcast(few.collectAsMap());
        return many.map(record -> {
                    Long other = table.value().get(record._1());
                    return other == null ? 0 : Data.check(record._1(), record._2(), other);
                })
                .reduce(Long::sum);
    }

    static long coGroup(JavaSparkContext spark, CoGroup work) {
        JavaPairRDD<Long, Long> left = side(spark, work.records(), work.partitions(), 0);
        JavaPairRDD<Long, Long> right = side(spark, work.records(), work.partitions(), work.records());
        return left.cogroup(right, work.partitions())
                .map(group ->
                        CoGroup.check(group._1(), group._2()._1(), group._2()._2()))
                .reduce(Long::sum);
    }

    static long sortByText(JavaSparkContext spark, SortByText work) {
        return Numbers.range(spark, 0, work.records(), work.partitions())
                .mapToPair(record -> new Tuple2<>(SortByText.key(record), SortByText.rest(record)))
                .sortByKey(true, work.partitions())
                .mapPartitions(records -> {
                    SortByText.Check check = new SortByText.Check();
                    records.forEachRemaining(record -> check.add(record._1(), record._2()));
                    return List.of(check.sum()).iterator();
                })
                .reduce(Long::sum);
    }

    private static JavaPairRDD<Long, Long> side(JavaSparkContext spark, long records, int partitions, long first) {
        return Numbers.range(spark, first, first + records, partitions)
                .mapToPair(record -> new Tuple2<>(Data.key(record, records), record));
    }
}
