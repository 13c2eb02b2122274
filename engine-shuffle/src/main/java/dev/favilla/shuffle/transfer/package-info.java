/**
 * How blocks move between executors: in memory, within one JVM.
 *
 * <p>Start at {@link dev.favilla.shuffle.transfer.InMemoryTransfer}, the only public class. A transport over a network
 * comes later behind the same contract, {@link dev.favilla.shuffle.BlockTransfer} in front and
 * {@link dev.favilla.shuffle.BlockServer} behind. Nothing here looks into a block.
 */
@NullMarked
package dev.favilla.shuffle.transfer;

import org.jspecify.annotations.NullMarked;
