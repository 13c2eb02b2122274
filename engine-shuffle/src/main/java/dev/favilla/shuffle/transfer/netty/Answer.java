package dev.favilla.shuffle.transfer.netty;

import dev.favilla.storage.EncodedBlock;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.CorruptedFrameException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What has come of an answer so far: one thing after another that was asked for, each of which is not there or a number
 * of blocks. Belongs to the event loop until it is complete.
 */
final class Answer {

    private static final int MOST_BLOCKS = 1 << 24;
    private static final int NOT_THERE = -1;

    private final int asked;
    private final List<Optional<List<EncodedBlock>>> things = new ArrayList<>();

    /** The blocks of the thing that is arriving, and how many are still to come. */
    private List<EncodedBlock> blocks = List.of();

    private int missing;
    private @Nullable Arrival arrival;

    /** @param asked how many things were asked for */
    Answer(int asked) {
        this.asked = asked;
    }

    /** Takes one frame of those that carry an answer, whose head was read; returns whether it was the last. */
    boolean add(byte type, ByteBuf body) {
        switch (type) {
            case Wire.OUTPUT -> beginThing(body);
            case Wire.BLOCK -> beginBlock(body);
            case Wire.DATA -> addBytes(body);
            case Wire.END -> requireComplete(body);
            default -> throw new CorruptedFrameException("a frame of type " + type + " in an answer");
        }
        return type == Wire.END;
    }

    private void beginThing(ByteBuf body) {
        Wire.require(body, Integer.BYTES);
        int count = body.readInt();
        Wire.requireEnd(body);
        if (missing > 0 || things.size() == asked || count < NOT_THERE || count > MOST_BLOCKS) {
            throw new CorruptedFrameException(count + " blocks as number " + things.size() + " of " + asked
                    + " things, with " + missing + " blocks missing of the one before");
        }
        if (count == NOT_THERE) {
            things.add(Optional.empty());
        } else {
            blocks = new ArrayList<>();
            things.add(Optional.of(blocks));
            missing = count;
        }
    }

    private void beginBlock(ByteBuf body) {
        if (missing == 0 || arrival != null) {
            throw new CorruptedFrameException("a block that is not expected");
        }
        arrival = Arrival.announced(body);
        endBlock(arrival);
    }

    private void addBytes(ByteBuf body) {
        Arrival present = arrival;
        if (present == null) {
            throw new CorruptedFrameException("bytes of no block");
        }
        present.add(body);
        endBlock(present);
    }

    private void endBlock(Arrival present) {
        if (present.isComplete()) {
            blocks.add(present.block());
            missing--;
            arrival = null;
        }
    }

    private void requireComplete(ByteBuf body) {
        Wire.requireEnd(body);
        if (missing > 0 || things.size() < asked) {
            throw new CorruptedFrameException(
                    "an end after " + things.size() + " of " + asked + " things, with " + missing + " blocks missing");
        }
    }

    /** Returns what was asked for, in that order. */
    List<Optional<List<EncodedBlock>>> things() {
        return things;
    }
}
