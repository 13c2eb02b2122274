package dev.favilla.shuffle.transfer;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.shuffle.BlockNetwork;
import dev.favilla.shuffle.BlockServer;
import dev.favilla.shuffle.BlockServers;
import dev.favilla.shuffle.BlockTransfer;
import dev.favilla.shuffle.BlockTransferException;
import dev.favilla.shuffle.MapOutput;
import dev.favilla.storage.BlockId;
import dev.favilla.storage.EncodedBlock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Connects the executors of one JVM by calls. A fetch runs the other executor's code on the thread that asks.
 *
 * <p><b>Threads.</b> May be used from any thread. An executor that was unregistered is not asked again; a fetch that is
 * under way ends as if it had come first.
 */
public final class InMemoryTransfer implements BlockNetwork {

    private final BlockServers servers = new BlockServers();

    /** Connects nobody yet. */
    public InMemoryTransfer() {}

    @Override
    public void register(ExecutorId executor, BlockServer server) {
        servers.register(executor, server);
    }

    @Override
    public boolean unregister(ExecutorId executor) {
        return servers.unregister(executor);
    }

    @Override
    public BlockTransfer from(ExecutorId self) {
        return new View(self);
    }

    /** There is nothing to close. */
    @Override
    public List<String> close(Duration deadline) {
        return List.of();
    }

    private final class View implements BlockTransfer {

        private final ExecutorId self;

        View(ExecutorId self) {
            this.self = self;
        }

        @Override
        public List<EncodedBlock> fetch(int shuffleId, int reducer, MapOutput output, int from)
                throws BlockTransferException {
            ExecutorId executor = output.executor();
            if (executor.equals(self)) {
                throw BlockTransferException.atHome(self);
            }
            return servers.find(executor)
                    .orElseThrow(BlockTransferException::executorIsGone)
                    .shuffleBlocks(shuffleId, output.mapPartition(), output.attemptId(), reducer, from)
                    .orElseThrow(BlockTransferException::wasDropped);
        }

        @Override
        public Optional<EncodedBlock> fetch(BlockId id, long inputVersion) {
            return servers.holders(self, id, inputVersion).stream()
                    .flatMap(holder -> servers.find(holder).stream())
                    .flatMap(server -> server.cachedBlock(id, inputVersion).stream())
                    .findFirst();
        }

        @Override
        public EncodedBlock fetchBroadcast(long id) throws BlockTransferException {
            return servers.find(BlockServers.DRIVER)
                    .flatMap(driver -> driver.broadcast(id))
                    .orElseThrow(BlockTransferException::wasDropped);
        }

        @Override
        public EncodedBlock fetchResult(ExecutorId executor, long attemptId) throws BlockTransferException {
            return servers.find(executor)
                    .orElseThrow(BlockTransferException::executorIsGone)
                    .result(attemptId)
                    .orElseThrow(BlockTransferException::wasDropped);
        }
    }
}
