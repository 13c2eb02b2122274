/**
 * How blocks move between executors by plain calls, within one JVM.
 *
 * <p>Start at {@link dev.favilla.shuffle.transfer.InMemoryTransfer}, the only public class. What goes through a channel,
 * as between machines, is in {@code transfer.netty}, behind the same contract: {@link dev.favilla.shuffle.BlockNetwork}.
 * Nothing here looks into a block.
 */
@NullMarked
package dev.favilla.shuffle.transfer;

import org.jspecify.annotations.NullMarked;
