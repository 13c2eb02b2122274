package dev.favilla.shuffle;

import dev.favilla.attempt.ExecutorId;
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
        public List<EncodedBlock> fetch(int shuffleId, int reducer, MapOutput output, int from)
                throws BlockTransferException {
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
     * Returns blocks that a map output on another executor has for {@code reducer}, in order, from number {@code from} on.
     * There may be more after them if they are {@linkplain BlockServer#isFull full}.
     *
     * @throws BlockTransferException if the executor is gone or has dropped the output
     * @throws dev.favilla.serializer.SerializationException if a record cannot be turned into bytes, which another run
     *     of the map task would not change
     * @throws dev.favilla.disk.LocalDiskException if a block lies on disk there and cannot be read
     */
    List<EncodedBlock> fetch(int shuffleId, int reducer, MapOutput output, int from) throws BlockTransferException;

    /** Returns the first of these blocks. */
    default List<EncodedBlock> fetch(int shuffleId, int reducer, MapOutput output) throws BlockTransferException {
        return fetch(shuffleId, reducer, output, 0);
    }

    /**
     * Returns the first blocks of the first of several map outputs that lie on one other executor, and of as many after it
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
     * Begins to fetch map outputs that lie on one other executor, so that they travel while the caller does other things.
     *
     * @param outputs at least one
     * @return empty if nothing travels before somebody waits for it, or if it cannot be begun
     */
    default Optional<Begun> begin(int shuffleId, int reducer, List<MapOutput> outputs) {
        return Optional.empty();
    }

    /** Map outputs that are on their way; closed if they are not waited for. */
    interface Begun extends AutoCloseable {

        /** Waits for them, and returns what {@link #fetch(int, int, List)} does, or throws as it does. */
        List<Optional<List<EncodedBlock>>> await() throws BlockTransferException;

        @Override
        void close();
    }

    /**
     * Returns a broadcast, as the driver has it.
     *
     * @throws BlockTransferException if it is gone there, or cannot be had
     */
    default EncodedBlock fetchBroadcast(long id) throws BlockTransferException {
        throw new BlockTransferException("there is no driver to have it from");
    }

    /**
     * Returns the result of an attempt that ran on another executor.
     *
     * @throws BlockTransferException if the executor is gone, or does not have it
     */
    default EncodedBlock fetchResult(ExecutorId executor, long attemptId) throws BlockTransferException {
        throw new BlockTransferException("it lies on another executor, and none can be reached from here");
    }
}
