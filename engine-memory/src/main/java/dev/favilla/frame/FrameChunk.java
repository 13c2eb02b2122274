package dev.favilla.frame;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** A stretch of payload as it is stored. */
final class FrameChunk {

    private final Compression compression;
    private final int rawLength;
    private final byte[] bytes;
    private final int offset;
    private final int length;

    private FrameChunk(Compression compression, int rawLength, byte[] bytes, int offset, int length) {
        this.compression = compression;
        this.rawLength = rawLength;
        this.bytes = bytes;
        this.offset = offset;
        this.length = length;
    }

    /** Compresses a stretch if that makes it shorter; otherwise refers to it. */
    static FrameChunk of(Compression wanted, byte[] from, int offset, int length) {
        if (wanted != Compression.NONE) {
            byte[] shorter = new byte[length - 1]; // what does not fit is not worth it
            int stored = wanted.compress(from, offset, length, shorter);
            if (stored <= shorter.length) {
                return new FrameChunk(wanted, length, shorter, 0, stored);
            }
        }
        return new FrameChunk(Compression.NONE, length, from, offset, length);
    }

    /** Returns how many bytes it takes, without what is around it. */
    int length() {
        return length;
    }

    void putTo(ByteBuffer frame, int headCrc, long number) {
        int start = frame.position();
        FrameFormat.putChunkHead(frame, rawLength, length, compression);
        frame.put(bytes, offset, length);
        CRC32C crc = FrameFormat.seeded(headCrc, number);
        crc.update(frame.array(), frame.arrayOffset() + start, frame.position() - start);
        frame.putInt((int) crc.getValue());
    }
}
