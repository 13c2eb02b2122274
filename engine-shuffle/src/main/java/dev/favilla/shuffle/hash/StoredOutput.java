package dev.favilla.shuffle.hash;

import dev.favilla.memory.MemoryAccount;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A committed map output: its blocks by reducer, the memory they hold, and the files that some or all of them lie in.
 *
 * <p><b>Threads.</b> May be used from any thread. Where a block lies may change once, from memory to disk; which records it
 * has, and its place among the others, never. Of several who want it written out, one does it and the others wait, for at
 * most {@value #PATIENCE_SECONDS} seconds: a record's own serialization may run meanwhile, and it could wait for anything.
 */
final class StoredOutput {

    /** A file for less would not be worth it. */
    private static final int SMALLEST_MOVE = 4096;

    private static final int PATIENCE_SECONDS = 10;

    private final OutputKey key;
    private final MemoryAccount memory;
    private final @Nullable BlockDisk disk;

    /** Held by the thread that writes it out; nothing else waits for it. */
    private final ReentrantLock writing = new ReentrantLock();

    private volatile OutputBlocks blocks;

    /** What could be written out. */
    private volatile long movableBytes;

    // What follows is guarded by this object's monitor, in which nothing is read or written.

    private final List<BlockFile> files = new ArrayList<>(1);
    private boolean released;

    /**
     * @param memory what pays for the blocks in memory
     * @param file where those lie that are on disk
     * @param disk where the others can go; null if they stay
     */
    StoredOutput(
            OutputKey key,
            OutputBlocks blocks,
            MemoryAccount memory,
            @Nullable BlockFile file,
            @Nullable BlockDisk disk) {
        this.key = key;
        this.blocks = blocks;
        this.memory = memory;
        this.disk = disk;
        this.movableBytes = disk == null ? 0 : gain(blocks);
        if (file != null) {
            files.add(file);
        }
    }

    /** Returns how much memory comes free if all blocks are on disk. */
    private static long gain(OutputBlocks blocks) {
        long bytes = blocks.heldBytes() - blocks.indexBytes();
        return bytes < SMALLEST_MOVE ? 0 : bytes;
    }

    /** Returns what was sent to {@code reducer}, in the order it was sent; what is written out meanwhile comes from disk. */
    List<Block> blocks(int reducer) {
        return new AbstractList<>() {

            @Override
            public Block get(int index) {
                return blocks.get(reducer, index);
            }

            @Override
            public int size() {
                return blocks.count(reducer);
            }
        };
    }

    /** Returns all there is if it consists of short runs of numbers in memory; else null. */
    @Nullable
    PackedNumbers packed() {
        return blocks.onlyPacked();
    }

    /** Writes to disk what is in memory, and returns how many bytes came free; 0 if that cannot be done. */
    long moveOut() {
        BlockDisk to = disk;
        if (to == null || movableBytes == 0 || writing.isHeldByCurrentThread() || !beginWriting()) {
            return 0;
        }
        try {
            return movableBytes == 0 ? 0 : moveTo(to);
        } finally {
            writing.unlock();
        }
    }

    private boolean beginWriting() {
        try {
            return writing.tryLock(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private long moveTo(BlockDisk to) {
        BlockFile file = null;
        boolean moved = false;
        try {
            file = to.create();
            OutputBlocks written = write(to, file);
            file.finish();
            long freed = exchange(written, file);
            moved = freed > 0;
            return freed;
        } catch (RuntimeException e) { // whoever wants room is not to blame, and may find it elsewhere
            if (!isReleased()) {
                to.cannotTake(key, e);
            }
            return 0;
        } finally {
            movableBytes = 0;
            if (file != null && !moved) {
                file.close();
            }
        }
    }

    private OutputBlocks write(BlockDisk to, BlockFile file) {
        OutputBlocks before = blocks;
        OutputBlocks.Builder written = new OutputBlocks.Builder(before.numReducers());
        for (int reducer = 0; reducer < before.numReducers() && !isReleased(); reducer++) {
            for (int part = 0; part < before.count(reducer); part++) {
                Block block = before.get(reducer, part);
                written.add(block instanceof DiskBlock ? block : to.write(file, key, reducer, part, block));
            }
            written.endReducer();
        }
        return written.build(null);
    }

    /** Returns how many bytes came free, 0 if the output was dropped meanwhile. */
    private synchronized long exchange(OutputBlocks written, BlockFile file) {
        if (released) {
            return 0;
        }
        blocks = written;
        files.add(file);
        memory.release(movableBytes);
        return movableBytes;
    }

    private synchronized boolean isReleased() {
        return released;
    }

    /**
     * Gives the memory back, deletes the files, and returns how much memory that was. A reader may finish with what is in
     * memory, and finds lost what was on disk. Calling it twice is harmless.
     */
    long release() {
        List<BlockFile> gone;
        long bytes;
        synchronized (this) {
            released = true;
            bytes = memory.reservedBytes();
            memory.close();
            gone = List.copyOf(files);
            files.clear();
        }
        gone.forEach(BlockFile::close);
        return bytes;
    }
}
