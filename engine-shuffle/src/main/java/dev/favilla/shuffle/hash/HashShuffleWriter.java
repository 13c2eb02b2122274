package dev.favilla.shuffle.hash;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.attempt.Metric;
import dev.favilla.attempt.TaskScope;
import dev.favilla.memory.MemoryAccount;
import dev.favilla.memory.MemoryManager;
import dev.favilla.shuffle.BlockSizes;
import dev.favilla.shuffle.MapOutput;
import dev.favilla.shuffle.ShuffleWriter;
import org.jspecify.annotations.Nullable;

/** The output of one map attempt: an intake in front, a buffer behind, and at the end a place in the store. */
final class HashShuffleWriter implements ShuffleWriter {

    private final OutputKey key;
    private final ExecutorId executor;
    private final OutputStore store;
    private final MemoryManager memory;
    private final TaskScope scope;
    private final MapSideWriter mapSide;
    private final OutputBuffer buffer;

    private State state = State.OPEN;

    HashShuffleWriter(
            OutputKey key,
            ExecutorId executor,
            OutputStore store,
            MemoryManager memory,
            TaskScope scope,
            MapSideWriter mapSide,
            OutputBuffer buffer) {
        this.key = key;
        this.executor = executor;
        this.store = store;
        this.memory = memory;
        this.scope = scope;
        this.mapSide = mapSide;
        this.buffer = buffer;
    }

    @Override
    public void write(@Nullable Object recordKey, @Nullable Object value) throws Exception {
        if (state != State.OPEN) {
            throw misuse("written to");
        }
        mapSide.write(recordKey, value);
    }

    @Override
    public MapOutput commit() throws Exception {
        if (state != State.OPEN) {
            throw misuse("committed");
        }
        state = State.COMMITTED; // a commit that fails is not tried again
        mapSide.end();
        BlockSizes sizes = store();
        scope.metrics().add(Metric.SHUFFLE_RECORDS_WRITTEN, buffer.records());
        scope.metrics().add(Metric.SHUFFLE_BYTES_WRITTEN, sizes.totalBytes());
        return new MapOutput(key.mapPartition(), key.attemptId(), executor, buffer.records(), buffer.digest(), sizes);
    }

    private BlockSizes store() {
        BlockSizes sizes = BlockSizes.of(buffer.finish());
        MemoryAccount retained = memory.openRetained(
                "map output of shuffle " + key.shuffleId() + ", map partition " + key.mapPartition(),
                store.memoryOf(key));
        StoredOutput output = buffer.handOver(retained);
        boolean stored = false;
        try {
            store.put(key, output); // before it holds a byte: whoever wants its memory then finds what to drop
            buffer.moveMemoryTo(retained);
            stored = true;
        } finally {
            if (!stored) {
                store.discard(key, output);
            }
        }
        return sizes;
    }

    private IllegalStateException misuse(String what) {
        return new IllegalStateException("The output of map partition " + key.mapPartition() + " of shuffle "
                + key.shuffleId() + " was " + what + " after it was "
                + (state == State.COMMITTED ? "committed" : "closed"));
    }

    @Override
    public void close() {
        state = State.CLOSED;
        try {
            mapSide.close();
        } finally {
            buffer.close();
        }
    }

    private enum State {
        OPEN,
        COMMITTED,
        CLOSED
    }
}
