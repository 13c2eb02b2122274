/**
 * Sorts by key, as data: where ranges lie, and what is done to the records of each.
 *
 * <p>Start at {@link dev.favilla.rdd.sort.SampledRanges}, which places keys so that each partition's come before the
 * next one's, and {@link dev.favilla.rdd.sort.SortOperator}, which sorts within one. A sort is a shuffle by the one, and
 * the other behind it.
 */
@NullMarked
package dev.favilla.rdd.sort;

import org.jspecify.annotations.NullMarked;
