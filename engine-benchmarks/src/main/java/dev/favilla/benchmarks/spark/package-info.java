/**
 * The workloads as a user of Apache Spark's Java RDD API writes them: {@code local[N]}, Kryo, no UI, as many partitions as
 * ours.
 */
package dev.favilla.benchmarks.spark;
