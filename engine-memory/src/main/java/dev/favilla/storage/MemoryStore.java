package dev.favilla.storage;

import dev.favilla.memory.MemoryManager;
import dev.favilla.memory.StorageAccount;
import dev.favilla.serializer.Serializer;
import dev.favilla.storage.BlockManager.CachedSize;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What lies in one executor's memory: visible blocks, in the order of their use and pinned by their readers, and blocks
 * that attempts are building; and the account that pays for them, on the heap and outside it. Blocks on disk are in the
 * same table, so that there is one for all; they take no memory and are never read back into it.
 *
 * <p><b>Eviction.</b> The least recently used blocks go first; never one that is pinned, and to make room for a new
 * block never one of the same dataset, whose partitions would otherwise push each other out in every run. If what may
 * go is not enough, nothing goes. A block whose level has a disk part is written out while it can still be read, and
 * leaves then; if it is pinned meanwhile it stays, and its copy on disk waits for the next time. One that cannot be
 * written is dropped. Who finds nothing to evict while others are writing waits for them.
 *
 * <p><b>A new block</b> takes free memory while it grows, and beyond that lives on credit: on heap that no budget speaks
 * of. Nothing goes for it before its size is known; then others do, all at once, or it is not kept. It is not kept
 * either if execution, which evicts whole blocks and leaves storage its protected share, could never again have an eighth
 * of the pool with it; nor if it outgrows the credit, or what could go for it, on the way.
 *
 * <p><b>Threads.</b> May be used from any thread. One monitor guards the table of blocks. It is never held while the
 * memory manager or the serializer runs, while anything is written or deleted, or while somebody is told of a block that
 * is gone, so those may call back.
 */
final class MemoryStore {

    /** How often others may come first before a block is given up. */
    private static final int SETTLING_ROUNDS = 4;

    /** What execution can always get, as a part of the pool. */
    private static final int EXECUTION_PART = 8;

    /** How long whoever evicts waits for others to have written something. */
    private static final int WRITING_PATIENCE_SECONDS = 60;

    private final MemoryManager memory;
    private final StorageAccount account;
    private final long creditLimit;
    private final DiskStore disk;
    private final Serializer serializer;
    private final SlabPool slabs = new SlabPool();
    private final Consumer<BlockId> gone;

    /** Guards everything below, and the pins of the blocks. */
    private final Object monitor = new Object();

    /** Visible blocks, the least recently used first. */
    private final Map<BlockId, StoredBlock> visible = new LinkedHashMap<>(16, 0.75f, true);

    /** Blocks that attempts are computing or have completed but not published. */
    private final Set<StagedBlock> staged = new HashSet<>();

    /** What blocks being built take beyond what they have reserved. */
    private long lentBytes;

    /** How many blocks are being written to disk. */
    private int writing;

    /** How many were, so that a waiter sees that one more was. */
    private long written;

    private boolean closed;

    /**
     * @param memory where the store opens its account
     * @param creditLimit how much of the heap all blocks being built may take beside the budget
     * @param disk where blocks go that have to leave
     * @param serializer writes those that are objects
     * @param gone told, outside the monitor, of each block that was visible and was evicted or discarded
     */
    MemoryStore(MemoryManager memory, long creditLimit, DiskStore disk, Serializer serializer, Consumer<BlockId> gone) {
        this.memory = memory;
        this.creditLimit = creditLimit;
        this.disk = disk;
        this.serializer = serializer;
        this.gone = gone;
        this.account = memory.openStorage(this::evict);
    }

    DiskStore disk() {
        return disk;
    }

    SlabPool slabs() {
        return slabs;
    }

    /** Writes a block to disk; null if that fails. */
    @Nullable
    DiskBlock write(StoredBlock block) {
        return disk.write(block, serializer);
    }

    // Readers.

    /** Returns a visible block of this input version, which does not go before it is unpinned; null if there is none. */
    @Nullable
    StoredBlock pin(BlockId id, long inputVersion) {
        synchronized (monitor) {
            StoredBlock block = visible.get(id);
            if (block == null || block.leaving || block.inputVersion() != inputVersion) {
                return null;
            }
            block.pins++;
            return block;
        }
    }

    /** Returns whether a block could be pinned. */
    boolean has(BlockId id, long inputVersion) {
        synchronized (monitor) {
            StoredBlock block = visible.get(id);
            return block != null && !block.leaving && block.inputVersion() == inputVersion;
        }
    }

    void unpin(StoredBlock block) {
        boolean free;
        synchronized (monitor) {
            block.pins--;
            free = block.orphaned && block.pins == 0;
        }
        if (free) {
            free(block);
        }
    }

    /** Gives back what a block takes that nobody can find or reads any more. */
    private void free(StoredBlock block) {
        account.release(block.bytes());
        DiskBlock copy;
        synchronized (monitor) {
            copy = block.copy;
            block.copy = null;
        }
        discard(copy, block);
    }

    private static void discard(@Nullable DiskBlock copy, StoredBlock block) {
        try {
            block.discard();
        } finally {
            if (copy != null) {
                copy.discard();
            }
        }
    }

    /** Drops the visible block of this id if it has another input version. */
    void discardOutdated(BlockId id, long inputVersion) {
        StoredBlock block;
        synchronized (monitor) {
            block = visible.get(id);
            if (block == null || block.inputVersion() == inputVersion) {
                return;
            }
        }
        discard(block);
    }

    /** Makes a block invisible if it still is the one under its id. */
    void discard(StoredBlock block) {
        boolean removed;
        synchronized (monitor) {
            removed = visible.remove(block.id(), block);
        }
        if (removed) {
            freeUnlessPinned(block);
            gone.accept(block.id());
        }
    }

    // Whoever drops or counts blocks.

    /** Drops the visible block of this id, if there is one; nobody is told. */
    void drop(BlockId id) {
        StoredBlock removed;
        synchronized (monitor) {
            removed = visible.remove(id);
        }
        if (removed != null) {
            freeUnlessPinned(removed);
        }
    }

    /** Drops the visible blocks of these ids; those being built will not become visible. */
    void dropAll(Predicate<BlockId> which) {
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
        removed.forEach(block -> gone.accept(block.id()));
    }

    /** Returns what is kept of a dataset and can be found. */
    CachedSize sizeOf(int rddId) {
        synchronized (monitor) {
            CachedSize size = CachedSize.NONE;
            for (StoredBlock block : visible.values()) {
                if (block.id().rddId() == rddId && !block.leaving) {
                    long copied = block.copy == null ? 0 : block.copy.diskBytes();
                    size = size.plus(
                            new CachedSize(1, block.bytes(), block.offHeapBytes(), block.diskBytes() + copied));
                }
            }
            return size;
        }
    }

    /** Returns how many blocks are visible or being built. */
    int blockCount() {
        synchronized (monitor) {
            return visible.size() + staged.size();
        }
    }

    /** Drops everything and takes nothing any more. */
    void close() {
        synchronized (monitor) {
            closed = true;
        }
        dropAll(id -> true);
        account.close();
        slabs.close();
    }

    // Blocks being built.

    /** Takes a block that is about to be built; returns false if the store is closed. */
    boolean admit(StagedBlock block) {
        synchronized (monitor) {
            return !closed && staged.add(block);
        }
    }

    /** Forgets a block that will not become visible. */
    void forget(StagedBlock block) {
        synchronized (monitor) {
            staged.remove(block);
        }
    }

    /**
     * Moves a completed block from those being built to the visible ones, and its bytes with it, unless it is there
     * already or not wanted now; returns whether it did.
     */
    boolean show(StagedBlock block, StoredBlock stored) {
        StoredBlock older;
        synchronized (monitor) {
            if (!staged.contains(block)) {
                return false; // its dataset was dropped, or the store closed, while it was computed
            }
            older = visible.get(stored.id());
            if (older != null && !older.leaving && older.inputVersion() == stored.inputVersion()) {
                return false;
            }
            visible.put(stored.id(), stored);
            staged.remove(block);
        }
        block.handOver();
        if (older != null) {
            freeUnlessPinned(older); // the id is still there, so nobody is told
        }
        return true;
    }

    /** Takes {@code bytes} if they are free. */
    boolean reserve(long bytes) {
        return account.reserve(bytes);
    }

    void release(long bytes) {
        account.release(bytes);
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
        int round = 0;
        while (round < SETTLING_ROUNDS) {
            long free = memory.usage().freeBytes();
            long stored = account.reservedBytes() + missing;
            List<StoredBlock> victims = new ArrayList<>();
            StoredBlock unwritten;
            long found;
            synchronized (monitor) {
                found = choose(missing - free, block -> block.id().rddId() != rddId, victims);
                if (found < missing - free) {
                    return false;
                }
                victims.forEach(block -> block.leaving = true);
                boolean room = leavesRoom(stored - found, bytes);
                unwritten = room ? beginWriting(victims) : null;
                if (!room || unwritten != null) {
                    victims.forEach(block -> block.leaving = false);
                }
                if (!room) {
                    return false;
                }
            }
            if (unwritten != null) {
                finishWriting(unwritten); // each is written at most once, so this ends
                continue;
            }
            boolean settled = account.exchange(found, missing);
            finishLeaving(victims, settled);
            if (settled) {
                return true;
            }
            round++;
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

    // Eviction.

    /** Frees what can be freed for execution; the memory manager calls it. */
    private long evict(long bytes) {
        long evicted = 0;
        AtomicLong tooLarge = new AtomicLong(Long.MAX_VALUE);
        while (evicted < bytes) {
            List<StoredBlock> victim = new ArrayList<>(1);
            StoredBlock unwritten;
            synchronized (monitor) {
                choose(1, block -> block.bytes() < tooLarge.get(), victim);
                if (victim.isEmpty()) {
                    if (awaitWriting()) {
                        continue;
                    }
                    break;
                }
                unwritten = beginWriting(victim);
                victim.forEach(block -> block.leaving = unwritten == null);
            }
            if (unwritten != null) {
                finishWriting(unwritten);
                continue;
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

    /** Pins the first of these that is to be written before it leaves; null if none is. Called with the monitor held. */
    private @Nullable StoredBlock beginWriting(List<StoredBlock> victims) {
        for (StoredBlock block : victims) {
            if (block.isToBeWritten()) {
                block.pins++;
                writing++;
                return block;
            }
        }
        return null;
    }

    /** Writes a block, which can be read meanwhile, and unpins it. */
    private void finishWriting(StoredBlock block) {
        DiskBlock copy = null;
        try {
            copy = write(block);
        } finally {
            synchronized (monitor) {
                block.copy = copy;
                block.unwritable = copy == null;
                writing--;
                written++;
                monitor.notifyAll();
            }
            unpin(block);
        }
    }

    /**
     * Waits until another thread has written a block, which it may then evict; returns false if none is at it, if none has
     * after a long time, or if the thread is interrupted. Called with the monitor held. Who writes waits for nobody.
     */
    private boolean awaitWriting() {
        long before = written;
        boolean any = writing > 0;
        for (int second = 0; writing > 0 && written == before; second++) {
            if (second == WRITING_PATIENCE_SECONDS) {
                return false;
            }
            try {
                TimeUnit.SECONDS.timedWait(monitor, 1);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return any;
    }

    /** Called with the monitor held. */
    private long choose(long bytes, Predicate<StoredBlock> mayGo, List<StoredBlock> victims) {
        long found = 0;
        for (StoredBlock block : visible.values()) {
            if (found >= bytes) {
                break;
            }
            if (block.bytes() > 0 && block.pins == 0 && !block.leaving && mayGo.test(block)) {
                victims.add(block);
                found += block.bytes();
            }
        }
        return found;
    }

    /** Ends what marking blocks as leaving has begun. If they {@code left}, their bytes are not the account's any more. */
    private void finishLeaving(List<StoredBlock> victims, boolean left) {
        List<StoredBlock> removed = new ArrayList<>();
        List<StoredBlock> moved = new ArrayList<>();
        List<StoredBlock> orphaned = new ArrayList<>();
        synchronized (monitor) {
            for (StoredBlock block : victims) {
                block.leaving = false;
                if (block.orphaned) { // dropped meanwhile, which left what it takes to us
                    orphaned.add(block);
                } else if (left && block.copy != null) {
                    visible.replace(block.id(), block, block.copy);
                    block.copy = null;
                    moved.add(block);
                } else if (left && visible.remove(block.id(), block)) {
                    removed.add(block);
                }
            }
        }
        for (StoredBlock block : orphaned) {
            if (left) {
                discard(block.copy, block);
            } else {
                free(block);
            }
        }
        moved.forEach(StoredBlock::discard);
        removed.forEach(StoredBlock::discard);
        removed.forEach(block -> gone.accept(block.id()));
    }

    /** Gives back what a block takes that is no longer visible, now or when its last reader ends. */
    private void freeUnlessPinned(StoredBlock block) {
        boolean free;
        synchronized (monitor) {
            block.orphaned = true;
            free = block.pins == 0 && !block.leaving;
        }
        if (free) {
            free(block);
        }
    }
}
