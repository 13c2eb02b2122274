package dev.favilla.shuffle.hash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.disk.DiskUsage;
import dev.favilla.frame.BlockFrame;
import dev.favilla.frame.Compression;
import dev.favilla.memory.MemoryManager;
import dev.favilla.serializer.Serializer;
import dev.favilla.shuffle.BlockTransfer;
import dev.favilla.shuffle.MemoryDisk;
import dev.favilla.shuffle.PressedShuffle;
import dev.favilla.shuffle.ShuffleManager;
import dev.favilla.shuffle.ShuffleManagerContract;
import org.junit.jupiter.api.AfterEach;

/** What holds for any shuffle, where everything is moved out at every opportunity. */
class HashShuffleOnDiskTest extends ShuffleManagerContract {

    private final MemoryDisk disk = new MemoryDisk();

    @Override
    protected ShuffleManager open(MemoryManager memory, Serializer serializer, ExecutorId executor) {
        return new PressedShuffle(
                memory,
                new HashShuffleManager(
                        memory,
                        serializer,
                        new BlockFrame(Compression.LZ4),
                        executor,
                        BlockTransfer.NONE,
                        disk,
                        new BlockFrame(Compression.LZ4)));
    }

    @AfterEach
    void nothingIsLeft() {
        fixture.close();
        assertThat(disk.usage()).isEqualTo(DiskUsage.NONE);
    }
}
