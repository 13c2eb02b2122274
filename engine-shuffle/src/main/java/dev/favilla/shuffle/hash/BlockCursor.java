package dev.favilla.shuffle.hash;

import dev.favilla.memory.Metric;
import dev.favilla.memory.TaskScope;
import dev.favilla.serializer.BlockFrame;
import dev.favilla.serializer.DamagedBlockException;
import dev.favilla.serializer.Serializer;
import dev.favilla.shuffle.ExecutorId;
import dev.favilla.shuffle.FetchFailedException;
import dev.favilla.shuffle.MapOutput;
import dev.favilla.shuffle.MapOutputs;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Walks over everything that was sent to one reducer: map outputs in map order, the records of each in the order they
 * were sent.
 *
 * <p>All blocks are looked up before the first record is handed out, so what is gone is noticed before any work is
 * done, and what is dropped later stays readable. A block is let go when the next one is entered.
 *
 * <p><b>Failures.</b> A block that is gone or damaged is a {@link FetchFailedException}, recorded in the scope as well:
 * user code that catches it cannot turn a lost input into a result.
 */
final class BlockCursor implements AutoCloseable {

    private final OutputStore store;
    private final ExecutorId executor;
    private final Serializer serializer;
    private final MapOutputs outputs;
    private final int reducer;
    private final TaskScope scope;

    private final Deque<Found> ahead = new ArrayDeque<>();
    private boolean lookedUp;

    private int left;
    private int taken;
    private @Nullable Object @Nullable [] references;
    private int position;
    private Serializer.@Nullable RecordInput input;

    private @Nullable Object key;
    private @Nullable Object value;

    BlockCursor(
            OutputStore store,
            ExecutorId executor,
            Serializer serializer,
            MapOutputs outputs,
            int reducer,
            TaskScope scope) {
        this.store = store;
        this.executor = executor;
        this.serializer = serializer;
        this.outputs = outputs;
        this.reducer = reducer;
        this.scope = scope;
    }

    /** Steps to the next record and returns whether there is one. */
    boolean advance() {
        while (left == 0) {
            if (!enterNext()) {
                return false;
            }
        }
        left--;
        taken++;
        if (references != null) {
            key = references[position];
            value = references[position + 1];
            position += 2;
        } else if (input != null) {
            key = input.read();
            value = input.read();
        }
        return true;
    }

    /** Returns the key of the present record. */
    @Nullable
    Object key() {
        return key;
    }

    /** Returns the value of the present record. */
    @Nullable
    Object value() {
        return value;
    }

    /** Returns whether there may be a further record. */
    boolean mayAdvance() {
        return left > 0 || !lookedUp || !ahead.isEmpty();
    }

    private boolean enterNext() {
        leave();
        if (!lookedUp) {
            lookedUp = true;
            lookUp();
        }
        Found next = ahead.poll();
        if (next == null) {
            return false;
        }
        Block block = next.block;
        if (block instanceof RefBlock refs) {
            references = refs.entries();
            position = 0;
        } else if (block instanceof BytesBlock bytes) {
            input = open(next, bytes);
        }
        left = block.records();
        scope.metrics().add(Metric.SHUFFLE_BYTES_READ, block.bytes());
        return true;
    }

    private void lookUp() {
        for (MapOutput output : outputs.outputs()) {
            if (output.sizes().isEmpty(reducer)) {
                continue;
            }
            int part = 0;
            for (Block block : find(output)) {
                ahead.add(new Found(output, block, part));
                part += block instanceof BytesBlock ? 1 : 0;
            }
        }
    }

    private List<Block> find(MapOutput output) {
        StoredOutput stored = store.find(keyOf(output));
        if (stored != null) {
            return stored.blocks(reducer);
        }
        throw lost(
                output,
                output.executor().equals(executor)
                        ? "it was dropped"
                        : "it lies on another executor than " + executor + ", which was asked",
                null);
    }

    /** Verifies a block and opens it; not a byte of it is parsed before it is known to be the right one and whole. */
    private Serializer.RecordInput open(Found found, BytesBlock block) {
        BlockFrame.Payload payload;
        try {
            payload = BlockFrame.open(
                    block.frame(), BytesBlock.header(keyOf(found.output), reducer, found.part, block.records()));
        } catch (DamagedBlockException e) {
            throw lost(found.output, "it is damaged: " + e.getMessage(), e);
        }
        return serializer.open(payload.bytes(), payload.offset(), payload.length());
    }

    private OutputKey keyOf(MapOutput output) {
        return new OutputKey(outputs.shuffleId(), output.mapPartition(), output.attemptId());
    }

    private FetchFailedException lost(MapOutput output, String reason, @Nullable Throwable cause) {
        FetchFailedException failure = new FetchFailedException(outputs.shuffleId(), output, reducer, reason, cause);
        scope.recordLostInput(failure);
        return failure;
    }

    private void leave() {
        scope.metrics().add(Metric.SHUFFLE_RECORDS_READ, taken);
        taken = 0;
        left = 0;
        references = null;
        Serializer.RecordInput open = input;
        input = null;
        if (open != null) {
            open.close();
        }
    }

    /** Lets go of all blocks; closing twice is harmless. */
    @Override
    public void close() {
        lookedUp = true;
        ahead.clear();
        key = null;
        value = null;
        leave();
    }

    /** A block to be read, and what to call it if it turns out to be lost. */
    private record Found(MapOutput output, Block block, int part) {}
}
