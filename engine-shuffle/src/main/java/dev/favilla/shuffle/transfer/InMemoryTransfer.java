package dev.favilla.shuffle.transfer;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.shuffle.BlockServer;
import dev.favilla.shuffle.BlockTransfer;
import dev.favilla.shuffle.BlockTransferException;
import dev.favilla.shuffle.MapOutput;
import dev.favilla.storage.BlockId;
import dev.favilla.storage.EncodedBlock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Connects the executors of one JVM. A fetch runs the other executor's code on the thread that asks.
 *
 * <p><b>Threads.</b> May be used from any thread. An executor that was unregistered is not asked again; a fetch that is
 * under way ends as if it had come first.
 */
public final class InMemoryTransfer {

    private final Map<ExecutorId, BlockServer> servers = new ConcurrentHashMap<>();

    /** Those of {@link #servers}, first come, first asked. */
    private final List<ExecutorId> order = new CopyOnWriteArrayList<>();

    /** Connects nobody yet. */
    public InMemoryTransfer() {}

    /**
     * Lets the others fetch from {@code executor}.
     *
     * @throws IllegalStateException if it is registered already: incarnations are never reused
     */
    public void register(ExecutorId executor, BlockServer server) {
        if (servers.putIfAbsent(executor, server) != null) {
            throw new IllegalStateException(
                    executor + " is registered already, which is a bug: incarnations are never reused");
        }
        order.add(executor);
    }

    /** Says that {@code executor} is gone. Of several who say so, one is told that it was registered until then. */
    public boolean unregister(ExecutorId executor) {
        order.remove(executor);
        return servers.remove(executor) != null;
    }

    /** Returns how the others look from {@code self}, which need not be registered itself and is never asked. */
    public BlockTransfer from(ExecutorId self) {
        return new View(self);
    }

    private final class View implements BlockTransfer {

        private final ExecutorId self;

        View(ExecutorId self) {
            this.self = self;
        }

        @Override
        public List<EncodedBlock> fetch(int shuffleId, int reducer, MapOutput output) throws BlockTransferException {
            ExecutorId executor = output.executor();
            if (executor.equals(self)) {
                throw new BlockTransferException("it should lie on " + self + " itself, which does not have it");
            }
            BlockServer server = servers.get(executor);
            if (server == null) {
                throw new BlockTransferException("that executor is gone");
            }
            return server.shuffleBlocks(shuffleId, output.mapPartition(), output.attemptId(), reducer)
                    .orElseThrow(() -> new BlockTransferException("it was dropped there"));
        }

        @Override
        public Optional<EncodedBlock> fetch(BlockId id, long inputVersion) {
            for (ExecutorId other : order) {
                BlockServer server = other.equals(self) ? null : servers.get(other);
                Optional<EncodedBlock> found = server == null ? Optional.empty() : server.cachedBlock(id, inputVersion);
                if (found.isPresent()) {
                    return found;
                }
            }
            return Optional.empty();
        }
    }
}
