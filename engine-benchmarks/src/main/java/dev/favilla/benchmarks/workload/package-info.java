/**
 * What is to be done, and who may do it: the contract between the runner and the systems.
 *
 * <p>Start at {@link dev.favilla.benchmarks.workload.Catalogue}. Nothing here knows any system's classes.
 */
package dev.favilla.benchmarks.workload;
