package dev.favilla.frame;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/** Checks a whole frame in memory, from its first byte to its last, and only then unpacks it. */
final class FrameVerifier {

    private static final long LARGEST_ARRAY = Integer.MAX_VALUE - 8;

    private final byte[] frame;
    private final BlockHeader expected;
    private final ByteBuffer in;
    private final List<Found> chunks = new ArrayList<>(1);
    private long rawBytes;

    FrameVerifier(byte[] frame, BlockHeader expected) {
        this.frame = frame;
        this.expected = expected;
        this.in = ByteBuffer.wrap(frame);
    }

    BlockFrame.Payload open() {
        verify();
        if (chunks.isEmpty()) {
            return new BlockFrame.Payload(frame, 0, 0);
        }
        Found first = chunks.get(0);
        if (chunks.size() == 1 && first.compression == Compression.NONE) {
            return new BlockFrame.Payload(frame, first.offset, first.length);
        }
        if (rawBytes > LARGEST_ARRAY) {
            throw new IllegalArgumentException(
                    "Block " + expected.blockId() + " has " + rawBytes + " bytes; read it through a stream");
        }
        byte[] raw = new byte[(int) rawBytes];
        int at = 0;
        for (Found chunk : chunks) {
            if (!chunk.compression.decompress(frame, chunk.offset, chunk.length, raw, at, chunk.rawLength)) {
                throw FrameFormat.damaged(expected, "it cannot be decompressed");
            }
            at += chunk.rawLength;
        }
        return new BlockFrame.Payload(raw, 0, raw.length);
    }

    private void verify() {
        if (frame.length < FrameFormat.HEAD_BYTES + FrameFormat.CRC_BYTES + FrameFormat.TRAILER_BYTES) {
            throw FrameFormat.damaged(expected, "there are only " + frame.length + " bytes");
        }
        int idBytes = FrameFormat.verifyStart(in, expected);
        int headEnd = FrameFormat.HEAD_BYTES + idBytes + FrameFormat.CRC_BYTES;
        if (headEnd + FrameFormat.TRAILER_BYTES > frame.length) {
            throw FrameFormat.damaged(
                    expected, "an id of " + idBytes + " bytes was announced, there are only " + frame.length);
        }
        FrameFormat.verifyHead(frame, idBytes, expected);
        in.position(headEnd);
        int headCrc = in.getInt(headEnd - FrameFormat.CRC_BYTES);
        long number = 0;
        while (in.remaining() > FrameFormat.TRAILER_BYTES) {
            verifyChunk(headCrc, number++);
        }
        if (in.remaining() != FrameFormat.TRAILER_BYTES) {
            throw FrameFormat.damaged(expected, "there are only " + in.remaining() + " bytes for the trailer");
        }
        FrameFormat.verifyTrailer(in, headCrc, number, rawBytes, expected);
    }

    private void verifyChunk(int headCrc, long number) {
        int start = in.position();
        long available =
                (long) in.remaining() - FrameFormat.CHUNK_BYTES - FrameFormat.CRC_BYTES - FrameFormat.TRAILER_BYTES;
        int raw = in.getInt(start);
        Compression compression = FrameFormat.verifyChunkHead(in, available, expected, number);
        int offset = start + FrameFormat.CHUNK_BYTES;
        int stored = in.getInt(start + Integer.BYTES);
        CRC32C crc = FrameFormat.seeded(headCrc, number);
        crc.update(frame, start, FrameFormat.CHUNK_BYTES + stored);
        FrameFormat.verify(expected, "checksum", in.getInt(offset + stored), (int) crc.getValue());
        in.position(offset + stored + FrameFormat.CRC_BYTES);
        chunks.add(new Found(compression, offset, stored, raw));
        rawBytes += raw;
    }

    private record Found(Compression compression, int offset, int length, int rawLength) {}
}
