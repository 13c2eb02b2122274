package dev.favilla.shuffle;

import dev.favilla.storage.BlockId;
import dev.favilla.storage.BlockManager;
import dev.favilla.storage.EncodedBlock;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Gives away what one executor has for others.
 *
 * @param shuffle its map outputs
 * @param blocks its cached blocks
 * @param results the results of its attempts that the driver is about to fetch; null if there are none
 */
public record ExecutorBlocks(
        ShuffleManager shuffle,
        BlockManager blocks,
        @Nullable ResultBlocks results) implements BlockServer {

    @Override
    public Optional<List<EncodedBlock>> shuffleBlocks(int shuffleId, int mapPartition, long attemptId, int reducer) {
        return shuffle.export(shuffleId, mapPartition, attemptId, reducer);
    }

    @Override
    public Optional<List<EncodedBlock>> shuffleBlocks(
            int shuffleId, int mapPartition, long attemptId, int reducer, int from) {
        return shuffle.export(shuffleId, mapPartition, attemptId, reducer, from);
    }

    @Override
    public boolean hasCachedBlock(BlockId id, long inputVersion) {
        return blocks.has(id, inputVersion);
    }

    @Override
    public Optional<EncodedBlock> cachedBlock(BlockId id, long inputVersion) {
        return blocks.export(id, inputVersion);
    }

    @Override
    public Optional<EncodedBlock> result(long attemptId) {
        return results == null ? Optional.empty() : results.find(attemptId);
    }
}
