package dev.favilla.spark;

import dev.favilla.attempt.TaskScope;
import dev.favilla.spi.RemoteExecutor;
import dev.favilla.storage.BlockBuilder;
import dev.favilla.storage.BlockId;
import dev.favilla.storage.BlockManager;
import dev.favilla.storage.CachedBlock;
import dev.favilla.storage.EncodedBlock;
import dev.favilla.storage.PublishedBlock;
import dev.favilla.storage.StorageLevel;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.apache.spark.TaskContext;
import org.apache.spark.rdd.RDD;
import org.jspecify.annotations.Nullable;
import scala.jdk.javaapi.CollectionConverters;

/**
 * The datasets that Spark caches, as the pipelines of a task see them: always there, since Spark computes what it has not,
 * and keeps it.
 *
 * @param cached by the id of the dataset
 */
record CachedBySpark(Map<Integer, RDD<?>> cached, TaskContext context, RemoteExecutor executor)
        implements BlockManager {

    @Override
    public Optional<CachedBlock> find(BlockId id, long inputVersion, TaskScope scope) {
        RDD<?> rdd = cached.get(id.rddId());
        return rdd == null ? Optional.empty() : Optional.of(new Partition(id, rdd));
    }

    @Override
    public BlockBuilder build(BlockId id, StorageLevel level, long inputVersion, TaskScope scope) {
        throw elsewhere();
    }

    @Override
    public List<PublishedBlock> publish(TaskScope scope) {
        return List.of();
    }

    @Override
    public List<PublishedBlock> used(TaskScope scope) {
        return List.of();
    }

    @Override
    public void drop(int rddId) {
        throw elsewhere();
    }

    @Override
    public void drop(BlockId id) {
        throw elsewhere();
    }

    private static IllegalStateException elsewhere() {
        return new IllegalStateException("Cached partitions are kept by Spark: a bug in Favilla");
    }

    @Override
    public boolean has(BlockId id, long inputVersion) {
        return cached.containsKey(id.rddId());
    }

    @Override
    public Optional<EncodedBlock> export(BlockId id, long inputVersion) {
        return Optional.empty();
    }

    @Override
    public CachedSize sizeOf(int rddId) {
        return CachedSize.NONE;
    }

    @Override
    public int blockCount() {
        return 0;
    }

    @Override
    public void close() {
        // nothing is held here
    }

    private final class Partition implements CachedBlock {

        private final BlockId id;
        private final RDD<?> rdd;

        Partition(BlockId id, RDD<?> rdd) {
            this.id = id;
            this.rdd = rdd;
        }

        @Override
        public Iterator<@Nullable Object> records() {
            Iterator<?> elements = CollectionConverters.asJava(rdd.iterator(rdd.partitions()[id.partition()], context));
            Iterable<Object> chunks = () -> cast(elements);
            return StreamSupport.stream(chunks.spliterator(), false)
                    .flatMap(chunk -> Chunk.records(chunk, executor).stream())
                    .iterator();
        }

        @SuppressWarnings("unchecked") // chunks are objects
        private static Iterator<Object> cast(Iterator<?> elements) {
            return (Iterator<Object>) elements;
        }

        @Override
        public PublishedBlock summary() {
            return new PublishedBlock(id, 0, 0, 0);
        }

        @Override
        public long recordCount() {
            return 0;
        }
    }
}
