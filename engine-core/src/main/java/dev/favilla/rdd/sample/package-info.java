/**
 * Records drawn by chance.
 *
 * <p>Start at {@link dev.favilla.rdd.sample.SampleOperator}. What is drawn follows from a seed, the number of the partition
 * and the place of the record in it, and from nothing else.
 */
@NullMarked
package dev.favilla.rdd.sample;

import org.jspecify.annotations.NullMarked;
