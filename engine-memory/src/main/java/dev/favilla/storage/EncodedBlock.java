package dev.favilla.storage;

import dev.favilla.frame.BlockHeader;

/**
 * A block on its way from one executor to another: framed bytes, and what their frame should say. Whoever receives it
 * owns the bytes; the sender keeps no reference to them.
 */
public final class EncodedBlock {

    private final BlockHeader header;
    private final long digest;
    private final byte[] frame;

    /** A block whose contents nobody compares with others. */
    public EncodedBlock(BlockHeader header, byte[] frame) {
        this(header, 0, frame);
    }

    /** @param digest of a cached partition, see {@link PublishedBlock} */
    public EncodedBlock(BlockHeader header, long digest, byte[] frame) {
        this.header = header;
        this.digest = digest;
        this.frame = frame;
    }

    /** Returns what the frame was made with. Not to be believed before the frame is verified. */
    public BlockHeader header() {
        return header;
    }

    /** Returns the digest of a cached partition's contents. */
    public long digest() {
        return digest;
    }

    /** Returns the frame, to be verified by {@link dev.favilla.frame.BlockFrame#open}. */
    public byte[] frame() {
        return frame;
    }

    @Override
    public String toString() {
        return header + " in " + frame.length + " B";
    }
}
