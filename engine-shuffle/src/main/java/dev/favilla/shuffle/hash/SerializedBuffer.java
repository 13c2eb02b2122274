package dev.favilla.shuffle.hash;

import dev.favilla.frame.BlockFrame;
import dev.favilla.frame.FrameBuffer;
import dev.favilla.serializer.RecordStream;
import dev.favilla.serializer.Serializer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Records for one reducer, serialized the moment they come, so that what their owner does to them later changes
 * nothing. They become a framed block when they are long enough, or when {@link #seal} says so.
 */
final class SerializedBuffer {

    private static final int FIRST_BUFFER = 128;

    /**
     * How long a block gets, unless it is one long record. The buffer of so many bytes, which doubles, and its frame are
     * shorter than half a region of the smallest heaps: longer arrays take whole regions and cannot be moved.
     */
    private static final int FULL_BLOCK = 240 << 10;

    private final OutputKey output;
    private final int reducer;
    private final int firstPart;
    private final RecordStream stream;
    private final BlockFrame frames;

    private final List<Block> blocks = new ArrayList<>(1);

    /** How many of {@link #blocks} were moved out: those that come first. */
    private int moved;

    /** What the others take. */
    private long blockBytes;

    private @Nullable FrameBuffer buffer;
    private int records;

    /**
     * @param firstPart how many blocks the reducer gets before those of this lane
     * @param stream the attempt's, for all its reducers
     * @param frames how blocks are framed
     */
    SerializedBuffer(OutputKey output, int reducer, int firstPart, RecordStream stream, BlockFrame frames) {
        this.output = output;
        this.reducer = reducer;
        this.firstPart = firstPart;
        this.stream = stream;
        this.frames = frames;
    }

    /** Appends a record. */
    void add(@Nullable Object key, @Nullable Object value) {
        FrameBuffer to = buffer;
        if (to == null) {
            to = new FrameBuffer(FIRST_BUFFER);
            buffer = to;
        }
        Serializer.RecordOutput out = stream.to(to);
        out.write(key);
        out.write(value);
        out.flush();
        records++;
        if (to.size() >= FULL_BLOCK) {
            seal();
        }
    }

    /** Frames what was written since the last block. */
    void seal() {
        FrameBuffer full = buffer;
        if (full == null) {
            return;
        }
        byte[] frame = full.frame(frames, SerializedBlock.header(output, reducer, firstPart + blocks.size(), records));
        blocks.add(new SerializedBlock(frame, records));
        blockBytes += frame.length;
        buffer = null;
        records = 0;
    }

    /** Moves all records out that are here. */
    void moveOut(BlockMove move) {
        seal();
        for (; moved < blocks.size(); moved++) {
            blocks.set(moved, move.move(firstPart + moved, blocks.get(moved)));
        }
        blockBytes = 0;
    }

    /** Returns what the lane takes now, but for what knowing about moved blocks does. */
    long heldBytes() {
        return blockBytes + (buffer == null ? 0 : buffer.capacity());
    }

    /** Hands the records as blocks to {@code all}. */
    void moveTo(Consumer<Block> all) {
        seal();
        blocks.forEach(all);
    }
}
