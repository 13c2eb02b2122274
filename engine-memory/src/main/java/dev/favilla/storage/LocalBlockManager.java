package dev.favilla.storage;

import dev.favilla.attempt.Metric;
import dev.favilla.attempt.TaskScope;
import dev.favilla.disk.LocalDiskException;
import dev.favilla.fault.FaultSite;
import dev.favilla.frame.BlockFrame;
import dev.favilla.frame.Compression;
import dev.favilla.frame.DamagedBlockException;
import dev.favilla.memory.MemoryManager;
import dev.favilla.serializer.SerializationException;
import dev.favilla.serializer.Serializer;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The cached partitions of one executor: levels, what attempts publish, and other executors, in front of the
 * {@link MemoryStore}, where blocks lie as references, or as bytes in a verified frame on the heap or outside it, and the
 * {@link DiskStore}, where they lie in framed files.
 *
 * <p><b>Levels.</b> A block goes to disk when memory has no room for it, while it is built or later, and stays there: it
 * is not read back into memory. Memory outside the heap counts against the same budget. Of several replicas one is kept.
 *
 * <p><b>Threads.</b> May be used from any thread; the memory store has the only lock, and its pool of slabs another, a leaf.
 *
 * <p><b>Other executors.</b> What is missed here may be read from them, see {@link PeerBlocks}; it is not kept here.
 *
 * <p><b>Failures.</b> A block that is damaged, or whose file is gone, is dropped and not found. One that cannot be
 * deserialized is dropped and fails the reader once. A listener that throws is reported in the log.
 */
public final class LocalBlockManager implements BlockManager {

    private final MemoryStore memory;
    private final Serializer serializer;
    private final BlockFrame frames;
    private final BlockDropListener listener;
    private final PeerReader peers;

    /** A manager without a disk whose serialized blocks are not compressed. */
    public LocalBlockManager(MemoryManager memory, Serializer serializer, BlockDropListener listener) {
        this(memory, serializer, new BlockFrame(Compression.NONE), listener);
    }

    /** The manager of the only executor, without a disk. */
    public LocalBlockManager(
            MemoryManager memory, Serializer serializer, BlockFrame frames, BlockDropListener listener) {
        this(memory, serializer, frames, listener, PeerBlocks.NONE);
    }

    /** A manager without a disk whose blocks may live on credit as long as they like. */
    public LocalBlockManager(
            MemoryManager memory,
            Serializer serializer,
            BlockFrame frames,
            BlockDropListener listener,
            PeerBlocks peers) {
        this(memory, DiskStore.none(), serializer, frames, listener, peers, memory.poolBytes());
    }

    /**
     * @param memory where the memory store opens its account
     * @param disk where blocks go for which memory has no room
     * @param serializer for blocks that are kept or moved as bytes; all executors use the same
     * @param frames how those are framed, and whether compressed
     * @param listener told when a visible block is no longer there
     * @param peers asked for what is missed here
     * @param creditLimit how much of the heap all blocks being built may take beside the budget
     */
    public LocalBlockManager(
            MemoryManager memory,
            DiskStore disk,
            Serializer serializer,
            BlockFrame frames,
            BlockDropListener listener,
            PeerBlocks peers,
            long creditLimit) {
        this.serializer = serializer;
        this.frames = frames;
        this.listener = listener;
        this.peers = new PeerReader(peers, serializer);
        this.memory = new MemoryStore(memory, creditLimit, disk, serializer, this::tell);
    }

    @Override
    public Optional<CachedBlock> find(BlockId id, long inputVersion, TaskScope scope) {
        Optional<CachedBlock> found = mayRead(id, scope)
                ? lookUp(id, inputVersion, scope).or(() -> peers.find(id, inputVersion, scope))
                : Optional.empty();
        scope.metrics().add(found.isPresent() ? Metric.CACHE_HITS : Metric.CACHE_MISSES, 1);
        found.ifPresent(block -> stagedBy(scope).use(block.summary()));
        return found;
    }

    private static boolean mayRead(BlockId id, TaskScope scope) {
        try {
            scope.faults().reach(FaultSite.CACHE_READ, id.toString());
            return true;
        } catch (Exception e) {
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            logger().debug("Cached block {} is not read", id, e);
            return false;
        }
    }

    private Optional<CachedBlock> lookUp(BlockId id, long inputVersion, TaskScope scope) {
        StoredBlock block = memory.pin(id, inputVersion);
        if (block == null) {
            memory.discardOutdated(id, inputVersion);
            return Optional.empty();
        }
        scope.onClose(() -> memory.unpin(block));
        try {
            return Optional.of(block.open(serializer, scope, () -> memory.discard(block)));
        } catch (DamagedBlockException | LocalDiskException | UncheckedIOException e) {
            logger().warn("A cached block is dropped and will be computed again", e);
            memory.discard(block);
            return Optional.empty();
        }
    }

    @Override
    public BlockBuilder build(BlockId id, StorageLevel level, long inputVersion, TaskScope scope) {
        BlockRequest request = new BlockRequest(id, level, inputVersion, scope.attemptId());
        StagedBlock block = staged(request);
        scope.onClose(block::refuse);
        if (level.keeps() && block.begin()) {
            stagedBy(scope).add(block);
        } else {
            block.refuse();
        }
        return block;
    }

    private StagedBlock staged(BlockRequest request) {
        if (request.level().deserialized()) {
            return new StagedObjects(memory, request, serializer);
        }
        SlabSource source = request.level().useOffHeap() ? memory.slabs() : SlabSource.HEAP;
        BlockFrame framed = request.level().useMemory() ? frames : memory.disk().frames();
        return new StagedBytes(memory, request, source, serializer, framed);
    }

    /** The blocks that the attempt has begun and found here. */
    private Staging stagedBy(TaskScope scope) {
        return scope.attachment(this, Staging.class, Staging::new);
    }

    @Override
    public List<PublishedBlock> publish(TaskScope scope) {
        Staging staging = scope.kept(this, Staging.class);
        return staging == null ? List.of() : publish(staging);
    }

    private List<PublishedBlock> publish(Staging staging) {
        List<PublishedBlock> published = new ArrayList<>();
        for (StagedBlock block : staging.takeAll()) {
            StoredBlock stored = block.result();
            if (stored != null && memory.show(block, stored)) {
                published.add(stored.summary());
            } else {
                if (stored != null) {
                    staging.use(stored.summary());
                }
                block.refuse();
            }
        }
        return published;
    }

    @Override
    public List<PublishedBlock> used(TaskScope scope) {
        Staging staging = scope.kept(this, Staging.class);
        return staging == null ? List.of() : staging.used();
    }

    @Override
    public void drop(int rddId) {
        memory.dropAll(id -> id.rddId() == rddId);
        peers.forget(rddId);
    }

    @Override
    public void drop(BlockId id) {
        memory.drop(id);
    }

    @Override
    public boolean has(BlockId id, long inputVersion) {
        return memory.has(id, inputVersion);
    }

    @Override
    public Optional<EncodedBlock> export(BlockId id, long inputVersion) {
        StoredBlock block = memory.pin(id, inputVersion);
        if (block == null) {
            return Optional.empty();
        }
        try {
            byte[] frame = block.encode(serializer, frames);
            return Optional.ofNullable(frame)
                    .map(bytes ->
                            new EncodedBlock(block.header(), block.summary().digest(), bytes));
        } catch (SerializationException // as objects such a block can be kept, but not moved
                | LocalDiskException
                | DamagedBlockException
                | UncheckedIOException e) {
            logger().debug("Cached block {} cannot be sent to another executor", id, e);
            return Optional.empty();
        } finally {
            memory.unpin(block);
        }
    }

    @Override
    public CachedSize sizeOf(int rddId) {
        return memory.sizeOf(rddId);
    }

    /** Returns what blocks take outside the heap, those being built included. */
    long offHeapBytes() {
        return memory.slabs().usedBytes();
    }

    @Override
    public int blockCount() {
        return memory.blockCount();
    }

    @Override
    public void close() {
        memory.close();
    }

    private void tell(BlockId dropped) {
        try {
            listener.dropped(dropped);
        } catch (RuntimeException e) {
            logger().warn("The listener for dropped blocks failed on {}", dropped, e);
        }
    }

    /** What one attempt has begun and found in one executor. Belongs to the attempt's thread. */
    private static final class Staging {

        private List<StagedBlock> blocks = new ArrayList<>();
        private final List<PublishedBlock> used = new ArrayList<>(0);

        void use(PublishedBlock contents) {
            used.add(contents);
        }

        List<PublishedBlock> used() {
            return used;
        }

        void add(StagedBlock block) {
            blocks.add(block);
        }

        List<StagedBlock> takeAll() {
            List<StagedBlock> all = blocks;
            blocks = new ArrayList<>();
            return all;
        }
    }

    /** Asked for only when there is something to say: without a binding the first logger prints a banner. */
    private static Logger logger() {
        return LoggerFactory.getLogger(LocalBlockManager.class);
    }
}
