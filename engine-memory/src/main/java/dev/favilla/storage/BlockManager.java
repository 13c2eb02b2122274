package dev.favilla.storage;

import dev.favilla.attempt.TaskScope;
import java.util.List;
import java.util.Optional;

/**
 * The cached partitions of one executor.
 *
 * <p>A block becomes visible only when the attempt that made it succeeded ({@link #publish}); until then it belongs to
 * that attempt's scope and vanishes with it. Every block carries an <em>input version</em> of the shuffle generations
 * it was computed from: asked for with another input version it is dropped and not found.
 *
 * <p><b>Threads.</b> May be used from any thread. A block found is pinned, and so never evicted, until the scope that
 * found it closes.
 */
public interface BlockManager extends AutoCloseable {

    /**
     * Finds a visible block and pins it for the life of {@code scope}; any failure to read it is a miss. What is not
     * here may come from another executor, as copies that the attempt pays for.
     */
    Optional<CachedBlock> find(BlockId id, long inputVersion, TaskScope scope);

    /**
     * Begins a block that the attempt of {@code scope} is computing. Blocks less recently used are evicted to make
     * room, to disk if their level has a disk part. When there is no room the block itself goes on to disk if its level
     * has one; if not, or if the disk fails, the builder refuses and the partition is simply not kept.
     */
    BlockBuilder build(BlockId id, StorageLevel level, long inputVersion, TaskScope scope);

    /**
     * Makes the completed blocks of a successful attempt visible and tells what was in them. If another attempt
     * published the same block first, that one stays. Must be called before the scope closes.
     */
    List<PublishedBlock> publish(TaskScope scope);

    /**
     * Returns the contents of cached partitions that went into the attempt's result beside those it has published: of
     * blocks it found, here or elsewhere, and of those it computed itself and could not publish, because another attempt
     * came first. To be asked after {@link #publish}.
     */
    List<PublishedBlock> used(TaskScope scope);

    /** Drops all blocks of a dataset; those being read go when their last reader ends. */
    void drop(int rddId);

    /**
     * Drops one visible block, if it is here; it goes when its last reader ends. Nobody is told: who asked knows.
     */
    void drop(BlockId id);

    /** Returns whether a block is visible here with this input version; it may go at any time. */
    boolean has(BlockId id, long inputVersion);

    /**
     * Returns a copy of a visible block for another executor. Empty if it is not here with this input version, is of objects
     * that cannot be serialized, or would be larger than about 1 GiB. Nobody's account is charged here.
     */
    Optional<EncodedBlock> export(BlockId id, long inputVersion);

    /** Returns what is kept of a dataset. */
    CachedSize sizeOf(int rddId);

    /** Returns how many blocks are visible or being built. */
    int blockCount();

    /** Drops everything. */
    @Override
    void close();

    /**
     * What is kept of one dataset.
     *
     * @param partitions visible blocks
     * @param memoryBytes their size in memory, on the heap and outside it
     * @param offHeapBytes how much of that is outside the heap
     * @param diskBytes their size on disk
     */
    record CachedSize(int partitions, long memoryBytes, long offHeapBytes, long diskBytes) {

        /** Nothing. */
        public static final CachedSize NONE = new CachedSize(0, 0, 0, 0);

        /** Returns what is kept here and elsewhere. */
        public CachedSize plus(CachedSize other) {
            return new CachedSize(
                    partitions + other.partitions,
                    memoryBytes + other.memoryBytes,
                    offHeapBytes + other.offHeapBytes,
                    diskBytes + other.diskBytes);
        }
    }
}
