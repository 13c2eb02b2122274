package dev.favilla.storage;

import dev.favilla.memory.MemoryManager;
import dev.favilla.memory.TaskScope;
import dev.favilla.serializer.Serializer;
import java.util.List;
import java.util.Optional;

/** Cached partitions in memory. */
@SuppressWarnings({"DoNotCallSuggester", "UnusedVariable"})
public final class MemoryBlockStore implements BlockStore {

    public MemoryBlockStore(MemoryManager memory, Serializer serializer, BlockDropListener listener) {}

    @Override
    public Optional<CachedBlock> find(BlockId id, long stamp, TaskScope scope) {
        throw new UnsupportedOperationException();
    }

    @Override
    public BlockBuilder build(BlockId id, StorageLevel level, long stamp, TaskScope scope) {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<BlockId> publish(TaskScope scope) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void drop(int rddId) {}

    @Override
    public CachedSize sizeOf(int rddId) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int blockCount() {
        return 0;
    }

    @Override
    public void close() {}
}
