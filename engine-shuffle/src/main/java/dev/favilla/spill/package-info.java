/**
 * Records that an attempt holds, in memory and beyond: {@link dev.favilla.spill.AggregationTable} folds the values of a key
 * into one accumulator, as a {@link dev.favilla.spill.Combiner} says, {@link dev.favilla.spill.HotTable} does so for a few
 * keys at a time, and {@link dev.favilla.spill.GroupTable} keeps all values. {@link dev.favilla.spill.HashJoin} joins two
 * sides with one of these; {@link dev.favilla.spill.HeldRecords} have no key, and {@link dev.favilla.spill.Sorter} puts
 * records in order. What goes to disk when memory is refused are the runs of a {@link dev.favilla.spill.RunStore}.
 *
 * <p>All tables find keys by open addressing in a {@code KeyTable} and pay from their attempt's account through a
 * {@link dev.favilla.memory.MemoryMeter}. They look at the account when they have grown by some kilobytes, by an estimate
 * that follows from the records alone, and only between two records: so the table is whole when a request is refused, and
 * what it does then can follow the order in which records came. Numbers of one kind lie in a table as their bits, and texts
 * that merge into numbers as {@link dev.favilla.spill.TextRows}. Values that are gathered lie in {@code GroupedRows}, in the
 * order they came, until all are there. A table that is complete before a key has left it is a
 * {@link dev.favilla.spill.FinishedTable}, which a join takes over.
 *
 * <p><b>Moving out.</b> A {@code FoldTable} moves parts by hash to runs, with later rows unmerged behind them, and each run
 * is read back into a table of the next level. What was finished part by part, of joins too, is put in order by
 * {@code NumberedRows}, which changes neither what comes out, nor its order; sorted records merge in {@code MergedRecords}.
 */
@NullMarked
package dev.favilla.spill;

import org.jspecify.annotations.NullMarked;
