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

    /**
     * Returns the blocks of the first of several map outputs that lie on one other executor, and those of as many after it
     * as the transfer brings at once. One that is empty is not there, or could not be given together with the others.
     *
     * @param outputs at least one
     * @throws BlockTransferException if the executor is gone or the first cannot be had
     * @throws dev.favilla.serializer.SerializationException if a record of the first cannot be turned into bytes
     * @throws dev.favilla.disk.LocalDiskException if a block of the first lies on disk there and cannot be read
     */
    default List<Optional<List<EncodedBlock>>> fetch(int shuffleId, int reducer, List<MapOutput> outputs)
            throws BlockTransferException {
        return List.of(Optional.of(fetch(shuffleId, reducer, outputs.get(0))));
    }

    /**
     * Returns a broadcast, as the driver has it.
     *
     * @throws BlockTransferException if it is gone there, or cannot be had
     */
    default EncodedBlock fetchBroadcast(long id) throws BlockTransferException {
        throw new BlockTransferException("there is no driver to have it from");
    }
}
