package dev.favilla.shuffle.hash;

import dev.favilla.attempt.Metric;
import dev.favilla.attempt.TaskScope;
import dev.favilla.frame.BlockFrame;
import dev.favilla.serializer.Serializer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Walks over everything that was sent to one reducer: map outputs in map order, the records of each in the order they
 * were sent, wherever they lie.
 *
 * <p>All map outputs that lie here are looked up before the first record is handed out, so what is gone is noticed
 * before any work is done, and what is dropped later stays readable as far as it is in memory. Of what is on disk one
 * block at a time is read. A map output is let go when the next one is entered.
 */
final class BlockCursor implements AutoCloseable {

    private final BlockSource source;
    private final Serializer serializer;
    private final TaskScope scope;

    private Deque<BlockSource.Input> ahead = new ArrayDeque<>();
    private boolean lookedUp;

    /** What is left of the present map output, and the number of its next block. */
    private BlockSource.@Nullable Input present;

    private List<Block> blocks = List.of();

    /** How many they are, asked once: there may be one block only for each pair of a map and a reducer. */
    private int blockCount;

    private int nextBlock;

    /** How many blocks of the present map output came before {@link #blocks}. */
    private int before;

    private int left;
    private int taken;
    private @Nullable Object @Nullable [] references;
    private @Nullable PrimitiveBlock primitives;
    private @Nullable MixedBlock mixed;
    private @Nullable TextBlock texts;
    private int position;
    private Serializer.@Nullable RecordInput input;

    private @Nullable Object key;
    private @Nullable Object value;

    BlockCursor(BlockSource source, Serializer serializer, TaskScope scope) {
        this.source = source;
        this.serializer = serializer;
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
        } else if (primitives != null) {
            key = primitives.keys().box(primitives.entries()[position]);
            value = primitives.values().box(primitives.entries()[position + 1]);
            position += 2;
        } else if (mixed != null) {
            key = mixed.key(position);
            value = mixed.kind().box(mixed.bits(position));
            position++;
        } else if (texts != null) {
            key = texts.rows().text(position);
            value = texts.kind().box(texts.rows().number(position));
            position++;
        } else if (input != null) {
            key = input.read();
            value = input.read();
        }
        return true;
    }

    /**
     * Steps over all records of the next block if it is one with numbers, and returns it; else null, and no step is done.
     */
    @Nullable
    Block advanceBlock() {
        if (left > 0 || !enterNext()) {
            return null;
        }
        Block block = primitives != null ? primitives : texts != null ? texts : mixed;
        if (block != null) {
            stepOverBlock();
        }
        return block;
    }

    /** As {@link #advanceBlock}, where keys are numbers, too. */
    @Nullable
    PrimitiveBlock advanceNumbers() {
        if (left > 0 || !enterNext()) {
            return null;
        }
        PrimitiveBlock block = primitives;
        if (block != null) {
            stepOverBlock();
        }
        return block;
    }

    private void stepOverBlock() {
        taken = left;
        left = 0;
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
        return left > 0 || !lookedUp || nextBlock < blockCount || source.mayHaveMore() || !ahead.isEmpty();
    }

    private boolean enterNext() {
        leaveBlock();
        if (!lookedUp) {
            lookedUp = true;
            ahead = source.lookUp();
        }
        while (nextBlock == blockCount) {
            if (!enterBlocks()) {
                return false;
            }
        }
        enter(blocks.get(nextBlock));
        return true;
    }

    /** Turns to the next part of the present map output, or to the next output; returns whether there is one. */
    private boolean enterBlocks() {
        BlockSource.Input last = present;
        if (last != null && source.mayHaveMore()) {
            before += blockCount;
            turnTo(List.of());
            turnTo(source.more(last, before));
            return true;
        }
        leaveOutput();
        BlockSource.Input next = ahead.poll();
        if (next == null) {
            return false;
        }
        present = next;
        turnTo(source.enter(next));
        return true;
    }

    private void turnTo(List<Block> next) {
        blocks = next;
        blockCount = next.size();
        nextBlock = 0;
    }

    private void enter(Block block) {
        if (block instanceof ObjectBlock refs) {
            references = refs.entries();
            position = 0;
        } else if (block instanceof PrimitiveBlock numbers) {
            primitives = numbers;
            position = 2 * numbers.first();
        } else if (block instanceof MixedBlock some) {
            mixed = some;
            position = 0;
        } else if (block instanceof TextBlock some) {
            texts = some;
            position = 0;
        } else {
            BlockFrame.Payload payload = payload(block);
            input = serializer.open(payload.bytes(), payload.offset(), payload.length());
        }
        nextBlock++;
        left = block.records();
        scope.metrics().add(Metric.SHUFFLE_BYTES_READ, block.bytes());
    }

    private BlockFrame.Payload payload(Block block) {
        if (block instanceof FetchedBlock fetched) {
            return fetched.payload();
        }
        if (block instanceof SerializedBlock bytes && present != null) {
            return source.open(present.output(), bytes, nextBlock);
        }
        if (block instanceof DiskBlock onDisk && present != null) {
            return source.open(present.output(), onDisk, nextBlock);
        }
        throw new IllegalStateException("Cannot read a " + block.getClass().getSimpleName() + " as bytes");
    }

    private void leaveBlock() {
        scope.metrics().add(Metric.SHUFFLE_RECORDS_READ, taken);
        taken = 0;
        left = 0;
        references = null;
        primitives = null;
        mixed = null;
        texts = null;
        Serializer.RecordInput open = input;
        input = null;
        if (open != null) {
            open.close();
        }
    }

    private void leaveOutput() {
        present = null;
        turnTo(List.of());
        before = 0;
        source.leave();
    }

    /** Lets go of all blocks; closing twice is harmless. */
    @Override
    public void close() {
        lookedUp = true;
        ahead.clear();
        key = null;
        value = null;
        try {
            leaveBlock();
        } finally {
            leaveOutput();
            source.close();
        }
    }
}
