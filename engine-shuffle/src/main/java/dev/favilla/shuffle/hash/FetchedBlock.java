package dev.favilla.shuffle.hash;

import dev.favilla.frame.BlockFrame;

/** Serialized records that came from another executor, already verified. Never stored here. */
final class FetchedBlock implements Block {

    private final BlockFrame.Payload payload;
    private final int records;
    private final long frameBytes;

    FetchedBlock(BlockFrame.Payload payload, int records, long frameBytes) {
        this.payload = payload;
        this.records = records;
        this.frameBytes = frameBytes;
    }

    BlockFrame.Payload payload() {
        return payload;
    }

    @Override
    public int records() {
        return records;
    }

    @Override
    public long bytes() {
        return frameBytes;
    }
}
