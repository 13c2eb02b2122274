package dev.favilla.shuffle;

import dev.favilla.attempt.TaskScope;
import dev.favilla.storage.EncodedBlock;
import java.util.List;
import java.util.Optional;

/**
 * The shuffle of one executor: opens writers and readers and keeps the map outputs written here until they are dropped.
 * May be used from any thread.
 */
public interface ShuffleManager extends AutoCloseable {

    /** Opens the output of one attempt at map partition {@code mapPartition}. */
    ShuffleWriter writer(ShuffleSpec spec, int mapPartition, TaskScope scope);

    /**
     * Opens what all map tasks sent to {@code reducer}. Map outputs are read in map order, so what is read depends on
     * their contents only.
     */
    ShuffleReader reader(ShuffleSpec spec, MapOutputs outputs, int reducer, TaskScope scope);

    /**
     * Returns copies of what one map attempt has for {@code reducer}, as framed blocks for another executor, in order;
     * empty if the output is not here. Nobody's account is charged here.
     *
     * @throws dev.favilla.serializer.SerializationException if a record cannot be turned into bytes
     * @throws dev.favilla.disk.LocalDiskException if a block lies on disk and cannot be read
     */
    Optional<List<EncodedBlock>> export(int shuffleId, int mapPartition, long attemptId, int reducer);

    /** As {@link #export(int, int, long, int)}, a part of them: see {@link BlockServer#shuffleBlocks(int, int, long, int, int)}. */
    default Optional<List<EncodedBlock>> export(
            int shuffleId, int mapPartition, long attemptId, int reducer, int from) {
        return export(shuffleId, mapPartition, attemptId, reducer)
                .map(blocks -> blocks.subList(Math.min(from, blocks.size()), blocks.size()));
    }

    /** Drops the map output of one attempt, if it is here. */
    void drop(int shuffleId, int mapPartition, long attemptId);

    /** Drops all map outputs of a shuffle. */
    void drop(int shuffleId);

    /** Returns how many map outputs lie here. */
    int outputCount();

    /** Drops everything. */
    @Override
    void close();
}
