/**
 * Runs the jobs of a context on Apache Spark.
 *
 * <p>Start at {@link dev.favilla.spark.SparkProvider}, which is found when a context is opened whose master is one of
 * Spark's. {@code Translation} makes a {@code StageRdd} of every part of a lineage between two places where Spark takes
 * over: a shuffle, or a cached dataset. What a {@code StageRdd} computes is our own fused pipeline, so that there is no line
 * here for any operation. Scheduling, retries, shuffles, caching and broadcasts are Spark's.
 */
@NullMarked
package dev.favilla.spark;

import org.jspecify.annotations.NullMarked;
