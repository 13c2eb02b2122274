package dev.favilla.shuffle.hash;

import dev.favilla.disk.LocalDisk;
import dev.favilla.frame.BlockFrame;
import dev.favilla.frame.BlockHeader;
import dev.favilla.frame.Compression;
import dev.favilla.serializer.Serializer;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.LoggerFactory;

/**
 * Where the map outputs of one executor go when memory is short: each block as the frame that another executor would
 * get, compressed as what leaves the memory is. May be used from any thread.
 */
final class BlockDisk {

    private final LocalDisk disk;
    private final BlockFrame frames;
    private final BlockEncoder encoder;

    /** Whether frames in memory are not compressed, and those on disk are. */
    private final boolean compresses;

    private final AtomicBoolean warned = new AtomicBoolean();

    /**
     * @param inMemory how blocks in memory are framed
     * @param onDisk how those on disk are
     */
    BlockDisk(LocalDisk disk, Serializer serializer, BlockFrame inMemory, BlockFrame onDisk) {
        this.disk = disk;
        this.frames = onDisk;
        this.encoder = new BlockEncoder(serializer, onDisk);
        this.compresses = inMemory.compression() == Compression.NONE && onDisk.compression() != Compression.NONE;
    }

    /** Begins a file. */
    BlockFile create() {
        return new BlockFile(disk);
    }

    /** Appends the {@code part}-th block for {@code reducer} to a file and returns what to keep instead. */
    DiskBlock write(BlockFile file, OutputKey output, int reducer, int part, Block block) {
        BlockHeader header = SerializedBlock.header(output, reducer, part, block.records());
        byte[] frame = encoder.frame(block, header);
        boolean compress = compresses && block instanceof SerializedBlock;
        return file.append(compress ? compressed(frame, header) : frame, block.records());
    }

    private byte[] compressed(byte[] frame, BlockHeader header) {
        BlockFrame.Payload payload = BlockFrame.open(frame, header);
        return frames.wrap(header, payload.bytes(), payload.offset(), payload.length());
    }

    /** Says, the first time, that an output has to stay in memory: jobs may fail for want of it that need not. */
    void cannotTake(OutputKey output, RuntimeException reason) {
        if (warned.compareAndSet(false, true)) {
            LoggerFactory.getLogger(BlockDisk.class)
                    .warn(
                            "The output of map partition {} of shuffle {} stays in memory, because it cannot be written"
                                    + " to local disk; of further ones nothing is said",
                            output.mapPartition(),
                            output.shuffleId(),
                            reason);
        }
    }
}
