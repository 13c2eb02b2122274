/**
 * Pipelines over several times more data than the heap holds, each in a JVM of its own: do they end, are they right, and
 * what does it cost.
 */
package dev.favilla.benchmarks.heap;
