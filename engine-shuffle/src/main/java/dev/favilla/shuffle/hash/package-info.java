/**
 * The shuffle that groups records by hashing: map tasks sort nothing and readers merge by key in a table.
 *
 * <p>Start at {@link dev.favilla.shuffle.hash.HashShuffleManager}, the only public class. A record's way through: an
 * intake takes it ({@code DirectWriter}, or {@code CombiningWriter} and {@code FoldingWriter}, which merge by key first),
 * {@code Router} picks the reducer, {@code OutputBuffer} keeps it, as bits, by reference or as bytes, each in a
 * {@code BlockBuffer} of its own, {@code OutputStore} holds what was committed,
 * {@code BlockDisk} takes from either what memory has no room for, {@code BlockSource} finds
 * it there, in one look for several reducers by a {@code Band}, or fetches it from another executor, {@code BlockCursor} walks over it in map order, and
 * {@code StreamingReader} or {@code AggregatingReader} hands it on.
 *
 * <p>Two rules hold throughout. Which records merge, and in which order, follows from the input alone, never from
 * memory or time. And what one attempt hands to another by reference is deeply immutable; everything else travels as
 * bytes, so that each reader has a copy of its own.
 */
@NullMarked
package dev.favilla.shuffle.hash;

import org.jspecify.annotations.NullMarked;
