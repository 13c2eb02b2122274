package dev.favilla.shuffle;

import dev.favilla.storage.BlockId;
import dev.favilla.storage.BlockManager;
import dev.favilla.storage.EncodedBlock;
import java.util.List;
import java.util.Optional;

/**
 * Gives away what one executor's shuffle and block manager hold.
 *
 * @param shuffle its map outputs
 * @param blocks its cached blocks
 */
public record ExecutorBlocks(ShuffleManager shuffle, BlockManager blocks) implements BlockServer {

    @Override
    public Optional<List<EncodedBlock>> shuffleBlocks(int shuffleId, int mapPartition, long attemptId, int reducer) {
        return shuffle.export(shuffleId, mapPartition, attemptId, reducer);
    }

    @Override
    public boolean hasCachedBlock(BlockId id, long inputVersion) {
        return blocks.has(id, inputVersion);
    }

    @Override
    public Optional<EncodedBlock> cachedBlock(BlockId id, long inputVersion) {
        return blocks.export(id, inputVersion);
    }
}
