/**
 * The workloads written by hand for this machine, as well as we can: with boxed numbers and the JDK's collections, and with
 * primitive arrays and tables of our own.
 */
package dev.favilla.benchmarks.hand;
