package dev.favilla.storage;

import dev.favilla.disk.DiskFile;
import dev.favilla.disk.LocalDisk;
import dev.favilla.disk.LocalDiskException;
import dev.favilla.frame.BlockFrame;
import dev.favilla.frame.BlockHeader;
import dev.favilla.frame.Compression;
import dev.favilla.frame.FrameOutput;
import dev.favilla.serializer.Serializer;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Cached blocks on local disk, each in a framed file of its own. Which blocks there are, the {@link MemoryStore} knows.
 *
 * <p><b>Threads.</b> May be used from any thread, and has no lock.
 *
 * <p><b>Failures.</b> The cache is a hint: what cannot be written is not kept. The log says so once, and again after
 * something was written in between.
 */
public final class DiskStore {

    /** What is read or written at a time lies beside the budget, so it is small. */
    private static final int CHUNK_BYTES = 32 << 10;

    private final @Nullable LocalDisk disk;
    private final BlockFrame frames;
    private final AtomicBoolean failing = new AtomicBoolean();

    /**
     * @param disk where files are made; closed by whoever opened it, after the blocks
     * @param frames how blocks are compressed there
     */
    public DiskStore(LocalDisk disk, BlockFrame frames) {
        this.disk = disk;
        this.frames = frames.withChunks(CHUNK_BYTES);
    }

    private DiskStore() {
        this.disk = null;
        this.frames = new BlockFrame(Compression.NONE);
    }

    /** Returns a store without a disk: the disk part of a level is ignored. */
    public static DiskStore none() {
        return new DiskStore();
    }

    boolean isThere() {
        return disk != null;
    }

    /**
     * Begins a file.
     *
     * @throws LocalDiskException if there is no room
     */
    BlockFile create() {
        LocalDisk there = disk;
        if (there == null) {
            throw new LocalDiskException("There is no local disk to keep blocks on", null);
        }
        return new BlockFile(there.create("block"));
    }

    /** Returns how blocks are framed that were never in memory. */
    BlockFrame frames() {
        return frames;
    }

    /** Frames what is written to a file. */
    FrameOutput frame(BlockFile file, BlockHeader header) {
        return frames.output(file, header);
    }

    /** Ends a file. */
    DiskBlock finish(BlockFile file, PublishedBlock summary, BlockHeader header) {
        DiskFile finished = file.finish();
        failing.set(false);
        return new DiskBlock(summary, header, finished);
    }

    /** Writes a block that is in memory; returns null, and leaves nothing, if that fails. */
    @Nullable
    DiskBlock write(StoredBlock block, Serializer serializer) {
        if (!isThere()) {
            return null;
        }
        try (BlockFile file = create()) {
            block.writeTo(file, frames, serializer);
            return finish(file, block.summary(), block.header());
        } catch (IOException | RuntimeException e) { // the disk's, or code of the user's that writes records
            failed(block.id(), e);
            return null;
        }
    }

    /** Says that a block is not kept. */
    void failed(BlockId id, Exception reason) {
        if (failing.getAndSet(true)) {
            logger().debug("Cached block {} cannot be written to disk either", id, reason);
        } else {
            logger().warn(
                            "Cached block {} cannot be written to disk. It is not kept, and will be computed again;"
                                    + " so will others, of which nothing is said until one can be written",
                            id,
                            reason);
        }
    }

    /** Deletes what belongs to a block; what cannot be deleted goes when the disk is closed. */
    static void quietly(BlockId id, Runnable delete) {
        try {
            delete.run();
        } catch (LocalDiskException e) {
            logger().debug("The file of cached block {} cannot be deleted now", id, e);
        }
    }

    /** Asked for only when there is something to say: without a binding the first logger prints a banner. */
    private static Logger logger() {
        return LoggerFactory.getLogger(DiskStore.class);
    }
}
