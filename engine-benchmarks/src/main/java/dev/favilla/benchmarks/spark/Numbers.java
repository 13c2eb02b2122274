package dev.favilla.benchmarks.spark;

import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;

/** Spark's own range of numbers, which its Java API leaves out. */
final class Numbers {

    private Numbers() {}

    @SuppressWarnings("unchecked") // Scala's boxed numbers are Java's
    static JavaRDD<Long> range(JavaSparkContext spark, long start, long end, int partitions) {
        return (JavaRDD<Long>)
                (JavaRDD<?>) spark.sc().range(start, end, 1, partitions).toJavaRDD();
    }
}
