/** The workloads as a user of Favilla writes them. */
package dev.favilla.benchmarks.favilla;
