/**
 * Datasets whose records are those of others, in other partitions, one after the other, side by side, or with numbers.
 *
 * <p>Start at {@link dev.favilla.rdd.arrange.UnionNode}. No key is looked at here, and nothing is shuffled; what
 * {@link dev.favilla.rdd.arrange.DealOperator} deals is moved by a shuffle like any other.
 */
@NullMarked
package dev.favilla.rdd.arrange;

import org.jspecify.annotations.NullMarked;
