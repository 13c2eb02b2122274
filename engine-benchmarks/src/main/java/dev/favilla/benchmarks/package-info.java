/**
 * The runner: starts a JVM per system, has each do the workload in turn, compares results and prints tables.
 *
 * <p>Start at {@link dev.favilla.benchmarks.Race}. Nothing here needs more than the JDK on its class path.
 */
package dev.favilla.benchmarks;
