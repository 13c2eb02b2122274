package dev.favilla;

import dev.favilla.shuffle.BlockTransfer;
import dev.favilla.shuffle.BlockTransferException;
import dev.favilla.shuffle.MapOutput;
import dev.favilla.storage.BlockId;
import dev.favilla.storage.EncodedBlock;
import java.util.List;
import java.util.Optional;

/**
 * Brings broadcasts to tasks that a cluster runs in the driver's own process.
 *
 * @param broadcasts the driver's
 */
record DriverBroadcasts(Broadcasts broadcasts) implements BlockTransfer {

    @Override
    public EncodedBlock fetchBroadcast(long id) throws BlockTransferException {
        return broadcasts
                .broadcast(id)
                .orElseThrow(() -> new BlockTransferException("it was destroyed, or its context closed"));
    }

    @Override
    public List<EncodedBlock> fetch(int shuffleId, int reducer, MapOutput output, int from)
            throws BlockTransferException {
        return BlockTransfer.NONE.fetch(shuffleId, reducer, output, from);
    }

    @Override
    public Optional<EncodedBlock> fetch(BlockId id, long inputVersion) {
        return Optional.empty();
    }
}
