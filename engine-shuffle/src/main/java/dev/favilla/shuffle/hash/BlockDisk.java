package dev.favilla.shuffle.hash;

import dev.favilla.disk.LocalDisk;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.LoggerFactory;

/**
 * Where the map outputs of one executor go when memory is short: each block as the frame that another executor would
 * get. May be used from any thread.
 */
final class BlockDisk {

    private final LocalDisk disk;
    private final BlockEncoder encoder;
    private final AtomicBoolean warned = new AtomicBoolean();

    BlockDisk(LocalDisk disk, BlockEncoder encoder) {
        this.disk = disk;
        this.encoder = encoder;
    }

    /** Begins a file. */
    BlockFile create() {
        return new BlockFile(disk);
    }

    /** Appends the {@code part}-th block for {@code reducer} to a file and returns what to keep instead. */
    DiskBlock write(BlockFile file, OutputKey output, int reducer, int part, Block block) {
        byte[] frame = encoder.frame(block, SerializedBlock.header(output, reducer, part, block.records()));
        return file.append(frame, block.records());
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
