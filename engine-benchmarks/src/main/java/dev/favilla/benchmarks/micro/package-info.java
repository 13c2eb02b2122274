/** Micro benchmarks for JMH: single parts of the engine, through what is public of them. */
package dev.favilla.benchmarks.micro;
