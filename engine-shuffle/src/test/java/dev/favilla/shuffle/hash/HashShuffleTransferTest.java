package dev.favilla.shuffle.hash;

import static dev.favilla.shuffle.ShuffleFixture.entry;
import static dev.favilla.shuffle.ShuffleFixture.spec;
import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.attempt.TaskScope;
import dev.favilla.frame.BlockFrame;
import dev.favilla.frame.Compression;
import dev.favilla.memory.MemoryManager;
import dev.favilla.serializer.Serializer;
import dev.favilla.shuffle.BlockTransfer;
import dev.favilla.shuffle.MapOutputs;
import dev.favilla.shuffle.ShuffleFixture.Entry;
import dev.favilla.shuffle.ShuffleManager;
import dev.favilla.shuffle.ShufflePeers;
import dev.favilla.shuffle.ShuffleReader;
import dev.favilla.shuffle.ShuffleSpec;
import dev.favilla.shuffle.ShuffleTransferContract;
import dev.favilla.testing.LeakProbes;
import java.util.List;
import org.junit.jupiter.api.Test;

class HashShuffleTransferTest extends ShuffleTransferContract {

    @Override
    protected ShuffleManager open(
            MemoryManager memory, Serializer serializer, ExecutorId executor, BlockTransfer transfer) {
        return new HashShuffleManager(memory, serializer, new BlockFrame(Compression.NONE), executor, transfer, null);
    }

    @Test
    void compressedOutputsArePaidForAtTheirFullLength(LeakProbes probes) throws Exception {
        ShuffleSpec spec = spec(1, null);
        List<Entry> records = List.of(entry(1, new StringBuilder("x".repeat(3_000_000))), entry(2, 2));
        try (ShufflePeers peers = new ShufflePeers(
                (memory, serializer, executor, transfer) -> new HashShuffleManager(
                        memory, serializer, new BlockFrame(Compression.LZ4), executor, transfer, null),
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
}
