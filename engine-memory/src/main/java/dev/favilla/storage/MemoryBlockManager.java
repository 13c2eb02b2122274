package dev.favilla.storage;

import dev.favilla.attempt.Metric;
import dev.favilla.attempt.TaskScope;
import dev.favilla.fault.FaultSite;
import dev.favilla.frame.BlockFrame;
import dev.favilla.frame.Compression;
import dev.favilla.frame.DamagedBlockException;
import dev.favilla.memory.MemoryManager;
import dev.favilla.memory.StorageAccount;
import dev.favilla.serializer.SerializationException;
import dev.favilla.serializer.Serializer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The cached partitions of one executor, in memory: as references, or as bytes in a verified frame. The disk part of a
 * level is ignored here, so a level without a memory part keeps nothing.
 *
 * <p><b>Eviction.</b> The least recently used blocks go first; never one that is pinned, and to make room for a new
 * block never one of the same dataset, whose partitions would otherwise push each other out in every run. If what may
 * go is not enough, nothing goes.
 *
 * <p><b>A new block</b> takes free memory while it grows, and beyond that lives on credit: on heap that no budget speaks
 * of. Nothing goes for it before its size is known; then others do, all at once, or it is not kept. It is not kept
 * either if execution, which evicts whole blocks and leaves storage its protected share, could never again have an eighth
 * of the pool with it; nor if it outgrows the credit, or what could go for it, on the way.
 *
 * <p><b>Threads.</b> One monitor guards the table of blocks. It is never held while the memory manager, the serializer
 * or the listener runs, so those may call back.
 *
 * <p><b>Other executors.</b> What is missed here may be read from them, see {@link PeerBlocks}; it is not kept here.
 *
 * <p><b>Failures.</b> A block that is damaged is dropped and not found. One that cannot be deserialized is dropped and
 * fails the reader once. A listener that throws is reported in the log.
 */
public final class MemoryBlockManager implements BlockManager {

    /** How often others may come first before a block is given up. */
    private static final int SETTLING_ROUNDS = 4;

    /** What execution can always get, as a part of the pool. */
    private static final int EXECUTION_PART = 8;

    private final MemoryManager memory;
    private final StorageAccount account;
    private final Serializer serializer;
    private final BlockFrame frames;
    private final BlockDropListener listener;
    private final PeerReader peers;
    private final long creditLimit;

    /** Guards everything below, and the pins of the blocks. */
    private final Object monitor = new Object();

    /** Visible blocks, the least recently used first. */
    private final Map<BlockId, StoredBlock> visible = new LinkedHashMap<>(16, 0.75f, true);

    /** Blocks that attempts are computing or have completed but not published. */
    private final Set<StagedBlock> staged = new HashSet<>();

    /** What blocks being built take beyond what they have reserved. */
    private long lentBytes;

    private boolean closed;

    /** A store whose serialized blocks are not compressed. */
    public MemoryBlockManager(MemoryManager memory, Serializer serializer, BlockDropListener listener) {
        this(memory, serializer, new BlockFrame(Compression.NONE), listener);
    }

    /** The store of the only executor. */
    public MemoryBlockManager(
            MemoryManager memory, Serializer serializer, BlockFrame frames, BlockDropListener listener) {
        this(memory, serializer, frames, listener, PeerBlocks.NONE);
    }

    /** A store whose blocks may live on credit as long as they like. */
    public MemoryBlockManager(
            MemoryManager memory,
            Serializer serializer,
            BlockFrame frames,
            BlockDropListener listener,
            PeerBlocks peers) {
        this(memory, serializer, frames, listener, peers, memory.poolBytes());
    }

    /**
     * @param memory where the store opens its account
     * @param serializer for blocks that are kept or moved as bytes; all executors use the same
     * @param frames how those are framed, and whether compressed
     * @param listener told when a visible block is no longer there
     * @param peers asked for what is missed here
     * @param creditLimit how much of the heap all blocks being built may take beside the budget
     */
    public MemoryBlockManager(
            MemoryManager memory,
            Serializer serializer,
            BlockFrame frames,
            BlockDropListener listener,
            PeerBlocks peers,
            long creditLimit) {
        this.memory = memory;
        this.creditLimit = creditLimit;
        this.peers = new PeerReader(peers, serializer);
        this.frames = frames;
        this.serializer = serializer;
        this.listener = listener;
        this.account = memory.openStorage(this::evict);
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
        StoredBlock block;
        boolean current;
        synchronized (monitor) {
            block = visible.get(id);
            if (block == null || block.leaving) {
                return Optional.empty();
            }
            current = block.inputVersion() == inputVersion;
            if (current) {
                block.pins++;
            }
        }
        if (!current) {
            discard(block);
            return Optional.empty();
        }
        scope.onClose(() -> unpin(block));
        try {
            return Optional.of(block.open(serializer, scope, () -> discard(block)));
        } catch (DamagedBlockException e) {
            logger().warn("A cached block is dropped and will be computed again", e);
            discard(block);
            return Optional.empty();
        }
    }

    @Override
    public BlockBuilder build(BlockId id, StorageLevel level, long inputVersion, TaskScope scope) {
        StagedBlock block = level.deserialized()
                ? new StagedObjects(this, id, inputVersion, scope.attemptId(), serializer)
                : new StagedBytes(this, id, inputVersion, scope.attemptId(), serializer, frames);
        boolean refused;
        synchronized (monitor) {
            refused = closed || !level.useMemory();
            if (!refused) {
                staged.add(block);
            }
        }
        if (refused) {
            block.refuse();
        } else {
            stagedBy(scope).add(block);
            scope.onClose(block::refuse);
        }
        return block;
    }

    /** The blocks that the attempt has begun and found here. */
    private Staging stagedBy(TaskScope scope) {
        return scope.attachment(this, Staging.class, Staging::new);
    }

    @Override
    public List<PublishedBlock> publish(TaskScope scope) {
        return scope.attached(this, Staging.class).map(this::publish).orElse(List.of());
    }

    private List<PublishedBlock> publish(Staging staging) {
        List<PublishedBlock> published = new ArrayList<>();
        for (StagedBlock block : staging.takeAll()) {
            StoredBlock stored = block.result();
            if (stored != null && show(block, stored)) {
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
        return scope.attached(this, Staging.class).map(Staging::used).orElse(List.of());
    }

    /** Moves a completed block from the staged to the visible ones, unless it is there already or not wanted now. */
    private boolean show(StagedBlock block, StoredBlock stored) {
        StoredBlock older;
        synchronized (monitor) {
            if (!staged.contains(block)) {
                return false; // its dataset was dropped, or the store closed, while it was computed
            }
            older = visible.get(stored.id());
            if (older != null && older.inputVersion() == stored.inputVersion()) {
                return false;
            }
            visible.put(stored.id(), stored);
            staged.remove(block);
        }
        block.handOver();
        if (older != null) {
            freeUnlessPinned(older); // the id is still there, so the listener is not told
        }
        return true;
    }

    @Override
    public void drop(int rddId) {
        removeAll(id -> id.rddId() == rddId);
        peers.forget(rddId);
    }

    @Override
    public void drop(BlockId id) {
        StoredBlock removed;
        synchronized (monitor) {
            removed = visible.remove(id);
        }
        if (removed != null) {
            freeUnlessPinned(removed);
        }
    }

    @Override
    public Optional<EncodedBlock> export(BlockId id, long inputVersion) {
        StoredBlock block;
        synchronized (monitor) {
            block = visible.get(id);
            if (block == null || block.leaving || block.inputVersion() != inputVersion) {
                return Optional.empty();
            }
            block.pins++;
        }
        try {
            byte[] frame = block.encode(serializer, frames);
            return Optional.ofNullable(frame)
                    .map(bytes ->
                            new EncodedBlock(block.header(), block.summary().digest(), bytes));
        } catch (SerializationException e) { // as objects such a block can be kept, but not moved
            logger().debug("Cached block {} cannot be sent to another executor", id, e);
            return Optional.empty();
        } finally {
            unpin(block);
        }
    }

    private void removeAll(Predicate<BlockId> which) {
        List<StoredBlock> removed = new ArrayList<>();
        synchronized (monitor) {
            Iterator<StoredBlock> blocks = visible.values().iterator();
            while (blocks.hasNext()) {
                StoredBlock block = blocks.next();
                if (which.test(block.id())) {
                    blocks.remove();
                    removed.add(block);
                }
            }
            staged.removeIf(block -> which.test(block.id()));
        }
        removed.forEach(this::freeUnlessPinned);
        tell(removed);
    }

    @Override
    public CachedSize sizeOf(int rddId) {
        synchronized (monitor) {
            int partitions = 0;
            long bytes = 0;
            for (StoredBlock block : visible.values()) {
                if (block.id().rddId() == rddId) {
                    partitions++;
                    bytes += block.bytes();
                }
            }
            return new CachedSize(partitions, bytes);
        }
    }

    @Override
    public int blockCount() {
        synchronized (monitor) {
            return visible.size() + staged.size();
        }
    }

    @Override
    public void close() {
        synchronized (monitor) {
            closed = true;
        }
        removeAll(id -> true);
        account.close();
    }

    // What follows serves the blocks being built.

    /** Takes {@code bytes} if they are free. */
    boolean reserve(long bytes) {
        return account.reserve(bytes);
    }

    /**
     * Lets a block grow by {@code bytes} beyond what it has reserved.
     *
     * @param owed what it will have taken so in all
     * @param rddId its dataset
     */
    boolean lend(long bytes, long owed, int rddId) {
        return hasCredit(bytes)
                && (lendNow(bytes, owed, rddId) || (account.reclaim(owed) && lendNow(bytes, owed, rddId)));
    }

    private boolean hasCredit(long bytes) {
        synchronized (monitor) {
            return !closed && lentBytes + bytes <= creditLimit;
        }
    }

    private boolean lendNow(long bytes, long owed, int rddId) {
        long free = memory.usage().freeBytes();
        synchronized (monitor) {
            if (closed || lentBytes + bytes > creditLimit) {
                return false;
            }
            long found = choose(owed - free, block -> block.id().rddId() != rddId, new ArrayList<>());
            if (found < owed - free) {
                return false;
            }
            lentBytes += bytes;
            return true;
        }
    }

    void repay(long bytes) {
        synchronized (monitor) {
            lentBytes -= bytes;
        }
    }

    /**
     * Takes {@code missing} bytes for a block whose size is known, evicting others if need be; or evicts nobody.
     *
     * @param bytes its size
     * @param rddId its dataset
     */
    boolean settle(long missing, long bytes, int rddId) {
        for (int round = 0; round < SETTLING_ROUNDS; round++) {
            long free = memory.usage().freeBytes();
            long stored = account.reservedBytes() + missing;
            List<StoredBlock> victims = new ArrayList<>();
            long found;
            synchronized (monitor) {
                found = choose(missing - free, block -> block.id().rddId() != rddId, victims);
                if (found < missing - free) {
                    return false;
                }
                victims.forEach(block -> block.leaving = true);
                if (!leavesRoom(stored - found, bytes)) {
                    victims.forEach(block -> block.leaving = false);
                    return false;
                }
            }
            boolean settled = account.exchange(found, missing);
            finishLeaving(victims, settled);
            if (settled) {
                return true;
            }
        }
        return false;
    }

    /**
     * Returns whether execution could still get its part once a block is kept. Called with the monitor held.
     *
     * @param stored what storage will hold then
     * @param bytes the block's size
     */
    private boolean leavesRoom(long stored, long bytes) {
        long pool = memory.poolBytes();
        long evictable = stored - account.protectedBytes();
        long room = pool - stored;
        if (evictable <= 0 || room >= pool / EXECUTION_PART) {
            return true;
        }
        for (StoredBlock block : visible.values()) {
            if (block.bytes() <= evictable && !block.leaving) {
                evictable -= block.bytes();
                room += block.bytes();
            }
        }
        return room + (bytes <= evictable ? bytes : 0) >= pool / EXECUTION_PART;
    }

    void release(long bytes) {
        account.release(bytes);
    }

    /** Forgets a block that will not become visible. */
    void forget(StagedBlock block) {
        synchronized (monitor) {
            staged.remove(block);
        }
    }

    // What follows removes blocks.

    /** Frees what can be freed for execution; the manager calls it. */
    private long evict(long bytes) {
        long evicted = 0;
        AtomicLong tooLarge = new AtomicLong(Long.MAX_VALUE);
        while (evicted < bytes) {
            List<StoredBlock> victim = new ArrayList<>(1);
            synchronized (monitor) {
                choose(1, block -> block.bytes() < tooLarge.get(), victim);
                victim.forEach(block -> block.leaving = true);
            }
            if (victim.isEmpty()) {
                break;
            }
            long size = victim.get(0).bytes();
            boolean given = account.giveUp(size);
            finishLeaving(victim, given);
            if (given) {
                evicted += size;
            } else {
                tooLarge.set(size);
            }
        }
        return evicted;
    }

    /** Ends what marking blocks as leaving has begun. If they {@code left}, their bytes are not the account's any more. */
    private void finishLeaving(List<StoredBlock> victims, boolean left) {
        List<StoredBlock> removed = new ArrayList<>();
        long orphaned = 0;
        synchronized (monitor) {
            for (StoredBlock block : victims) {
                block.leaving = false;
                if (left && visible.remove(block.id(), block)) {
                    removed.add(block);
                } else if (!left && block.orphaned) { // dropped meanwhile, which left its bytes to us
                    orphaned += block.bytes();
                }
            }
        }
        account.release(orphaned);
        tell(removed);
    }

    /** Called with the monitor held. */
    private long choose(long bytes, Predicate<StoredBlock> mayGo, List<StoredBlock> victims) {
        long found = 0;
        for (StoredBlock block : visible.values()) {
            if (found >= bytes) {
                break;
            }
            if (block.pins == 0 && !block.leaving && mayGo.test(block)) {
                victims.add(block);
                found += block.bytes();
            }
        }
        return found;
    }

    /** Makes a block invisible if it still is the one under its id. */
    private void discard(StoredBlock block) {
        boolean removed;
        synchronized (monitor) {
            removed = visible.remove(block.id(), block);
        }
        if (removed) {
            freeUnlessPinned(block);
            tell(List.of(block));
        }
    }

    /** Gives back the bytes of a block that is no longer visible, now or when its last reader ends. */
    private void freeUnlessPinned(StoredBlock block) {
        boolean free;
        synchronized (monitor) {
            block.orphaned = true;
            free = block.pins == 0 && !block.leaving;
        }
        if (free) {
            account.release(block.bytes());
        }
    }

    private void unpin(StoredBlock block) {
        boolean free;
        synchronized (monitor) {
            block.pins--;
            free = block.orphaned && block.pins == 0;
        }
        if (free) {
            account.release(block.bytes());
        }
    }

    private void tell(List<StoredBlock> dropped) {
        for (StoredBlock block : dropped) {
            try {
                listener.dropped(block.id());
            } catch (RuntimeException e) {
                logger().warn("The listener for dropped blocks failed on {}", block.id(), e);
            }
        }
    }

    /** What one attempt has begun and found in one store. Belongs to the attempt's thread. */
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
        return LoggerFactory.getLogger(MemoryBlockManager.class);
    }
}
