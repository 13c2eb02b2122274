package dev.favilla.shuffle;

import dev.favilla.storage.BlockId;
import dev.favilla.storage.EncodedBlock;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What an executor, or the driver, gives to the others. May be asked from any thread, also while the executor goes down. */
public interface BlockServer {

    /** So many bytes of a map output for one reducer are given at a time: as many blocks as it takes to have them. */
    int PART_BYTES = 1 << 20;

    /**
     * Returns copies of the blocks that one map attempt has for {@code reducer}, in order; empty if the output is not
     * here.
     *
     * @throws dev.favilla.serializer.SerializationException if a record cannot be turned into bytes
     * @throws dev.favilla.disk.LocalDiskException if a block lies on disk and cannot be read
     */
    Optional<List<EncodedBlock>> shuffleBlocks(int shuffleId, int mapPartition, long attemptId, int reducer);

    /**
     * Returns some of these blocks, from number {@code from} on: with {@link #PART_BYTES} or more, or all that are left,
     * which may be none. So there may be more of them exactly if these are {@linkplain #isFull full}.
     */
    default Optional<List<EncodedBlock>> shuffleBlocks(
            int shuffleId, int mapPartition, long attemptId, int reducer, int from) {
        return shuffleBlocks(shuffleId, mapPartition, attemptId, reducer)
                .map(blocks -> blocks.subList(Math.min(from, blocks.size()), blocks.size()));
    }

    /** Returns whether there may be more blocks after these. */
    static boolean isFull(List<EncodedBlock> part) {
        return part.stream().mapToLong(block -> block.frame().length).sum() >= PART_BYTES;
    }

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

    /** Returns the result of an attempt that ran here, as long as it waits to be fetched. */
    default Optional<EncodedBlock> result(long attemptId) {
        return Optional.empty();
    }

    /** Returns the ids of the broadcasts that it has now. */
    default Set<Long> broadcastIds() {
        return Set.of();
    }
}
