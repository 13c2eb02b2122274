package dev.favilla.storage;

import java.util.Optional;

/**
 * Where a block manager looks for a block that it misses: in those of other executors. May be asked from any thread.
 *
 * <p><b>Failures.</b> The cache is a hint: whatever fails on the way is a block that was not found.
 */
@FunctionalInterface
public interface PeerBlocks {

    /** There are no others. */
    PeerBlocks NONE = (id, inputVersion) -> Optional.empty();

    /** Returns the block with this input version if another executor has it. */
    Optional<EncodedBlock> fetch(BlockId id, long inputVersion);
}
