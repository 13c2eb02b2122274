/** The workloads as parallel {@code java.util.stream} pipelines, in a fork-join pool of as many threads as the others get. */
package dev.favilla.benchmarks.streams;
