package dev.favilla.memory;

/** The memory manager of one executor. */
@SuppressWarnings({"DoNotCallSuggester", "UnusedVariable"})
public final class UnifiedMemoryManager implements MemoryManager {

    /** The smallest budget an engine opens with. */
    public static final long MINIMUM_POOL_BYTES = 32L << 20;

    public UnifiedMemoryManager(long poolBytes, double protectedStorageFraction) {}

    public static long defaultPoolBytes(long maxHeapBytes, double fraction) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long poolBytes() {
        throw new UnsupportedOperationException();
    }

    @Override
    public MemoryAccount openTask(String owner) {
        throw new UnsupportedOperationException();
    }

    @Override
    public MemoryAccount openRetained(String owner) {
        throw new UnsupportedOperationException();
    }

    @Override
    public StorageAccount openStorage(Evictor evictor) {
        throw new UnsupportedOperationException();
    }

    @Override
    public MemoryUsage usage() {
        throw new UnsupportedOperationException();
    }
}
