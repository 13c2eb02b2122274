package dev.favilla.shuffle.hash;

import dev.favilla.frame.BlockHeader;

/** Serialized records in a frame. Whoever reads them gets copies of its own. */
final class SerializedBlock implements Block {

    private final byte[] frame;
    private final int records;

    SerializedBlock(byte[] frame, int records) {
        this.frame = frame;
        this.records = records;
    }

    /**
     * Returns what the frame of a block says about itself.
     *
     * <p>A map output may consist of several blocks per reducer; the first bears the plain name of the block, the
     * others its name with their number, so that one is never taken for another. Blocks of references count, too: they
     * are framed when another executor asks for them. What tells a stale block is the
     * attempt, whose id is never reused; the generation stays 0, because an output may outlive the generation that it
     * was made in.
     *
     * @param part number of the block among those of one map attempt and reducer
     */
    static BlockHeader header(OutputKey output, int reducer, int part, long records) {
        String name = name(output, reducer);
        return new BlockHeader(part == 0 ? name : name + "." + part, output.attemptId(), 0, records);
    }

    /** Returns how what one map attempt sent to one reducer is called. */
    static String name(OutputKey output, int reducer) {
        return "shuffle_" + output.shuffleId() + "_" + output.mapPartition() + "_" + reducer;
    }

    byte[] frame() {
        return frame;
    }

    @Override
    public int records() {
        return records;
    }

    @Override
    public long bytes() {
        return frame.length;
    }
}
