package dev.favilla.spark;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.attempt.TaskScope;
import dev.favilla.frame.BlockFrame;
import dev.favilla.frame.BlockHeader;
import dev.favilla.frame.Compression;
import dev.favilla.shuffle.BlockServer;
import dev.favilla.shuffle.BlockSizes;
import dev.favilla.shuffle.BlockTransfer;
import dev.favilla.shuffle.BlockTransferException;
import dev.favilla.shuffle.MapOutput;
import dev.favilla.shuffle.MapOutputs;
import dev.favilla.shuffle.ShuffleManager;
import dev.favilla.shuffle.ShuffleReader;
import dev.favilla.shuffle.ShuffleSpec;
import dev.favilla.shuffle.ShuffleWriter;
import dev.favilla.shuffle.hash.HashShuffleManager;
import dev.favilla.spi.RemoteExecutor;
import dev.favilla.storage.BlockId;
import dev.favilla.storage.EncodedBlock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.TaskContext;
import org.apache.spark.rdd.RDD;
import org.jspecify.annotations.Nullable;
import scala.Tuple2;
import scala.collection.Iterator;

/**
 * The shuffles that Spark has brought here, as the pipelines of a task see them. Our own readers merge the blocks, in map
 * order, as they come.
 *
 * @param shuffles by id
 */
record ShuffledBySpark(Map<Integer, RDD<?>> shuffles, TaskContext context, RemoteExecutor executor)
        implements ShuffleManager {

    /** Any but the own: everything has come from elsewhere. */
    private static final ExecutorId ANYWHERE = new ExecutorId("spark", -2);

    /** Returns one with the memory and disk of {@code executor}. */
    static HashShuffleManager own(RemoteExecutor executor, BlockTransfer transfer) {
        return new HashShuffleManager(
                executor.memory(),
                executor.serializer(),
                new BlockFrame(Compression.NONE), // Spark compresses what it sends
                executor.id(),
                transfer,
                executor.disk(),
                new BlockFrame(Compression.LZ4));
    }

    @Override
    public ShuffleReader reader(ShuffleSpec spec, MapOutputs outputs, int reducer, TaskScope scope) {
        RDD<?> rdd = shuffles.get(spec.shuffleId());
        if (rdd == null) {
            throw elsewhere();
        }
        Incoming incoming = new Incoming(rdd.iterator(rdd.partitions()[reducer], context));
        MapOutputs heads = new MapOutputs(spec.shuffleId(), 0, incoming.heads(spec, reducer, executor));
        return own(executor, incoming).reader(spec, heads, reducer, scope);
    }

    @Override
    public ShuffleWriter writer(ShuffleSpec spec, int mapPartition, TaskScope scope) {
        throw elsewhere();
    }

    private static IllegalStateException elsewhere() {
        return new IllegalStateException("This shuffle is not one that Spark has brought here: a bug in Favilla");
    }

    @Override
    public Optional<List<EncodedBlock>> export(int shuffleId, int mapPartition, long attemptId, int reducer) {
        return Optional.empty();
    }

    @Override
    public void drop(int shuffleId, int mapPartition, long attemptId) {
        throw elsewhere();
    }

    @Override
    public void drop(int shuffleId) {
        throw elsewhere();
    }

    @Override
    public int outputCount() {
        return 0;
    }

    @Override
    public void close() {
        // nothing is held here
    }

    /** The blocks of one reducer, the heads first, then in map order. Read once. */
    private static final class Incoming implements BlockTransfer {

        private final Iterator<?> entries;
        private @Nullable BlockKey key;
        private @Nullable BlockBytes value;

        Incoming(Iterator<?> entries) {
            this.entries = entries;
            advance();
        }

        private void advance() {
            if (entries.hasNext()) {
                Tuple2<?, ?> entry = (Tuple2<?, ?>) entries.next();
                key = (BlockKey) entry._1();
                value = (BlockBytes) entry._2();
            } else {
                key = null;
                value = null;
            }
        }

        List<MapOutput> heads(ShuffleSpec spec, int reducer, RemoteExecutor executor) {
            long[] bytes = new long[spec.numReducers()];
            bytes[reducer] = 1;
            BlockSizes sizes = BlockSizes.of(bytes);
            List<MapOutput> outputs = new ArrayList<>();
            for (BlockKey head = key; head != null && head.part() == BlockKey.HEAD; head = key) {
                BlockBytes.Head said = (BlockBytes.Head) require(value);
                said.names().learn(executor);
                outputs.add(new MapOutput(head.map(), said.attemptId(), ANYWHERE, 0, 0, sizes));
                advance();
            }
            return outputs;
        }

        private static BlockBytes require(@Nullable BlockBytes value) {
            if (value == null) {
                throw new IllegalStateException("A block came without contents: a bug in Favilla");
            }
            return value;
        }

        @Override
        public List<EncodedBlock> fetch(int shuffleId, int reducer, MapOutput output, int from)
                throws BlockTransferException {
            List<EncodedBlock> blocks = new ArrayList<>();
            long bytes = 0;
            while (key != null && key.map() == output.mapPartition() && bytes < BlockServer.PART_BYTES) {
                BlockBytes.Block block = (BlockBytes.Block) require(value);
                BlockHeader header = new BlockHeader("shuffle_" + shuffleId, output.attemptId(), 0, block.records());
                blocks.add(new EncodedBlock(header, block.frame()));
                bytes += block.frame().length;
                advance();
            }
            if (blocks.isEmpty() && from == 0) {
                throw new BlockTransferException("Spark has brought it already, or brought nothing of it");
            }
            return blocks;
        }

        @Override
        public Optional<EncodedBlock> fetch(BlockId id, long inputVersion) {
            return Optional.empty();
        }
    }
}
