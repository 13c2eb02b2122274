/**
 * Records that an attempt holds in memory, by key: {@link dev.favilla.spill.AggregationTable} folds the values of a key
 * into one accumulator, as a {@link dev.favilla.spill.Combiner} says, and {@link dev.favilla.spill.GroupTable} keeps them
 * all. {@link dev.favilla.spill.Sorter} holds records to be sorted. What goes to disk when memory is refused are the runs
 * of a {@link dev.favilla.spill.RunStore}.
 *
 * <p>Both tables find keys by open addressing in a {@code KeyTable} and pay from their attempt's account through a
 * {@link dev.favilla.memory.MemoryMeter}. They look at the account after so many records, never after so many bytes, and
 * only between two records: so the table is whole when a request is refused, and what it does then can follow the order
 * in which records came.
 */
@NullMarked
package dev.favilla.spill;

import org.jspecify.annotations.NullMarked;
