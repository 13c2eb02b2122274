package dev.favilla.shuffle;

import dev.favilla.storage.BlockId;
import dev.favilla.storage.EncodedBlock;
import dev.favilla.storage.PeerBlocks;
import java.util.List;
import java.util.Optional;

/**
 * One executor's view of the others: fetches what lies there, always as framed bytes. May be used from any thread.
 *
 * <p>What comes is not verified; whoever asked for it does that.
 */
public interface BlockTransfer extends PeerBlocks {

    /** There are no other executors. */
    BlockTransfer NONE = new BlockTransfer() {

        @Override
        public List<EncodedBlock> fetch(int shuffleId, int reducer, MapOutput output) throws BlockTransferException {
            throw new BlockTransferException("it lies on another executor, and none can be reached from here");
        }

        @Override
        public Optional<EncodedBlock> fetch(BlockId id, long inputVersion) {
            return Optional.empty();
        }

        @Override
        public String toString() {
            return "BlockTransfer.NONE";
        }
    };

    /**
     * Returns the blocks that a map output on another executor has for {@code reducer}, in order.
     *
     * @throws BlockTransferException if the executor is gone or has dropped the output
     * @throws dev.favilla.serializer.SerializationException if a record cannot be turned into bytes, which another run
     *     of the map task would not change
     * @throws dev.favilla.disk.LocalDiskException if a block lies on disk there and cannot be read
     */
    List<EncodedBlock> fetch(int shuffleId, int reducer, MapOutput output) throws BlockTransferException;
}
