package dev.favilla.shuffle;

import dev.favilla.attempt.ExecutorId;

/**
 * What one successful map task left for readers. The attempt id names it: a rerun of the same partition is another
 * output.
 *
 * @param mapPartition which map partition wrote it
 * @param attemptId the attempt that wrote it
 * @param executor where it lies
 * @param records how many records it holds
 * @param digest one order-independent 64-bit digest of which records it sent to which reducer
 * @param sizes how many bytes lie there for each reducer
 */
public record MapOutput(
        int mapPartition, long attemptId, ExecutorId executor, long records, long digest, BlockSizes sizes) {}
