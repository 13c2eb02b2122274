package dev.favilla.shuffle;

import dev.favilla.storage.BlockId;
import dev.favilla.storage.EncodedBlock;
import java.util.List;
import java.util.Optional;

/** What an executor, or the driver, gives to the others. May be asked from any thread, also while the executor goes down. */
public interface BlockServer {

    /**
     * Returns copies of the blocks that one map attempt has for {@code reducer}, in order; empty if the output is not
     * here.
     *
     * @throws dev.favilla.serializer.SerializationException if a record cannot be turned into bytes
     * @throws dev.favilla.disk.LocalDiskException if a block lies on disk and cannot be read
     */
    Optional<List<EncodedBlock>> shuffleBlocks(int shuffleId, int mapPartition, long attemptId, int reducer);

    /**
     * Returns whether a cached block is here with this input version. Costs a look at a table, and promises nothing: the
     * block may go before it is asked for.
     */
    boolean hasCachedBlock(BlockId id, long inputVersion);

    /** Returns a copy of a cached block, if it is here with this input version. */
    Optional<EncodedBlock> cachedBlock(BlockId id, long inputVersion);

    /** Returns a copy of a broadcast, which only the driver has. */
    default Optional<EncodedBlock> broadcast(long id) {
        return Optional.empty();
    }
}
