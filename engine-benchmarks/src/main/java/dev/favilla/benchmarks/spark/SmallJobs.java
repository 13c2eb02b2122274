package dev.favilla.benchmarks.spark;

import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import scala.Tuple2;

/** Jobs that are all overhead. */
final class SmallJobs {

    private SmallJobs() {}

    static long oneStage(JavaSparkContext spark, int jobs) {
        long check = 0;
        for (int job = 0; job < jobs; job++) {
            check += spark.parallelize(List.of(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L), 2)
                    .map(x -> x * 3)
                    .filter(x -> x % 2 == 0)
                    .reduce(Long::sum);
        }
        return check;
    }

    static long twoStages(JavaSparkContext spark, int jobs) {
        long check = 0;
        for (int job = 0; job < jobs; job++) {
            List<Tuple2<Long, Long>> sums = spark.parallelize(List.of(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L), 2)
                    .mapToPair(x -> new Tuple2<>(x % 3, x))
                    .reduceByKey(Long::sum, 2)
                    .collect();
            for (Tuple2<Long, Long> sum : sums) {
                check += sum._1() * sum._2();
            }
        }
        return check;
    }

    static long emptyTasks(JavaSparkContext spark, int tasks) {
        return spark.parallelize(List.<Long>of(), tasks)
                .mapPartitions(none -> List.of(1L).iterator())
                .reduce(Long::sum);
    }
}
