package dev.favilla.shuffle.hash;

import static dev.favilla.shuffle.ShuffleFixture.entry;
import static dev.favilla.shuffle.ShuffleFixture.spec;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.attempt.TaskScope;
import dev.favilla.disk.LocalDiskException;
import dev.favilla.frame.BlockFrame;
import dev.favilla.frame.Compression;
import dev.favilla.memory.MemoryManager;
import dev.favilla.serializer.Serializer;
import dev.favilla.shuffle.BlockTransfer;
import dev.favilla.shuffle.FetchFailedException;
import dev.favilla.shuffle.MapOutputs;
import dev.favilla.shuffle.MemoryDisk;
import dev.favilla.shuffle.PressedShuffle;
import dev.favilla.shuffle.ShuffleFixture.Entry;
import dev.favilla.shuffle.ShuffleManager;
import dev.favilla.shuffle.ShufflePeers;
import dev.favilla.shuffle.ShuffleReader;
import dev.favilla.shuffle.ShuffleSpec;
import dev.favilla.shuffle.ShuffleTransferContract;
import dev.favilla.testing.LeakProbes;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class HashShuffleTransferTest extends ShuffleTransferContract {

    @Override
    protected ShuffleManager open(
            MemoryManager memory, Serializer serializer, ExecutorId executor, BlockTransfer transfer) {
        return new HashShuffleManager(
                memory,
                serializer,
                new BlockFrame(Compression.NONE),
                executor,
                transfer,
                null,
                new BlockFrame(Compression.NONE));
    }

    @Test
    void compressedOutputsArePaidForAtTheirFullLength(LeakProbes probes) throws Exception {
        ShuffleSpec spec = spec(1, null);
        List<Entry> records = List.of(entry(1, new StringBuilder("x".repeat(3_000_000))), entry(2, 2));
        try (ShufflePeers peers = new ShufflePeers(
                (memory, serializer, executor, transfer) -> new HashShuffleManager(
                        memory,
                        serializer,
                        new BlockFrame(Compression.LZ4),
                        executor,
                        transfer,
                        null,
                        new BlockFrame(Compression.NONE)),
                2,
                64L << 20)) {
            peers.audit(probes);
            MapOutputs outputs = peers.writeAll(spec, List.of(records), 1);
            assertThat(outputs.outputs().get(0).sizes().totalBytes()).isLessThan(100_000);
            try (TaskScope scope = peers.attempt(peers.peer(0));
                    ShuffleReader reader = peers.peer(0).shuffle().reader(spec, outputs, 0, scope)) {
                reader.drive((key, value) -> true, 1);

                assertThat(scope.memory().reservedBytes()).isGreaterThan(3_000_000);
            }
        }
    }

    @Test
    void whatCannotBeReadFromTheDiskOfAnotherExecutorIsLost(LeakProbes probes) throws Exception {
        ShuffleSpec spec = spec(1, null);
        List<Entry> records =
                IntStream.range(0, 5000).mapToObj(i -> entry(i, "value " + i)).toList();
        MemoryDisk disk = new MemoryDisk();
        try (ShufflePeers peers = new ShufflePeers(
                (memory, serializer, executor, transfer) -> new HashShuffleManager(
                        memory,
                        serializer,
                        new BlockFrame(Compression.NONE),
                        executor,
                        transfer,
                        disk,
                        new BlockFrame(Compression.LZ4)),
                2,
                64L << 20)) {
            peers.audit(probes);
            MapOutputs outputs = peers.writeAll(spec, List.of(records), 1);
            try (TaskScope scope = peers.attempt(peers.peer(1))) {
                PressedShuffle.press(scope, peers.peer(1).memory());
            }
            assertThat(disk.usage().files()).isOne();
            assertThat(peers.read(peers.peer(0), spec, outputs, 0)).isEqualTo(records);
            peers.asked.clear();
            disk.loseAll();

            assertThatThrownBy(() -> peers.read(peers.peer(0), spec, outputs, 0))
                    .isInstanceOf(FetchFailedException.class)
                    .hasRootCauseInstanceOf(LocalDiskException.class);
            assertThat(peers.asked).as("asked once more").hasSize(2);
        }
    }
}
