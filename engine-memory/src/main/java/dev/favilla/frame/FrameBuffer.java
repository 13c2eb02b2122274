package dev.favilla.frame;

import java.io.ByteArrayOutputStream;

/** Collects a payload and frames it without copying it in between. Belongs to one thread. */
public final class FrameBuffer extends ByteArrayOutputStream {

    /** @param firstBytes how large the first array is; it doubles as needed */
    public FrameBuffer(int firstBytes) {
        super(firstBytes);
    }

    /** Returns the length of the array that the payload is collected in. */
    public int capacity() {
        return buf.length;
    }

    /** Returns what was collected so far in a frame of its own. */
    public byte[] frame(BlockFrame frames, BlockHeader header) {
        return frames.wrap(header, buf, 0, size());
    }
}
