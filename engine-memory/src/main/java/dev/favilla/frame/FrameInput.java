package dev.favilla.frame;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.zip.CRC32C;

/** Reads a framed block chunk by chunk, each verified before its first byte is handed out. */
final class FrameInput extends InputStream implements BoundedInput {

    private static final long HIGHEST_RATIO = 1032;

    private final InputStream in;
    private final BlockHeader expected;
    private final int headCrc;

    /** Bytes of the frame that were not read yet. */
    private long left;

    private byte[] raw = new byte[0];
    private int position;
    private int limit;
    private long chunks;
    private long rawBytes;
    private boolean ended;

    FrameInput(InputStream in, long frameBytes, BlockHeader expected) {
        this.in = in;
        this.left = frameBytes;
        this.expected = expected;
        try {
            this.headCrc = readHead();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read block " + expected.blockId(), e);
        }
    }

    private int readHead() throws IOException {
        byte[] start = take(FrameFormat.HEAD_BYTES);
        int idBytes = FrameFormat.verifyStart(ByteBuffer.wrap(start), expected);
        byte[] rest = take(idBytes + FrameFormat.CRC_BYTES);
        ByteBuffer head =
                ByteBuffer.allocate(start.length + rest.length).put(start).put(rest);
        FrameFormat.verifyHead(head.array(), idBytes, expected);
        return FrameFormat.crcOf(head.array());
    }

    /** Reads so many bytes or fails; allocates no more than are there. */
    private byte[] take(int bytes) throws IOException {
        byte[] taken = bytes > left ? new byte[0] : in.readNBytes(bytes);
        if (taken.length != bytes) {
            throw FrameFormat.damaged(
                    expected, "it ends where " + bytes + " more bytes of chunk " + chunks + " should be");
        }
        left -= bytes;
        return taken;
    }

    @Override
    public int read() throws IOException {
        return fill() ? raw[position++] & 0xff : -1;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        if (length == 0) {
            return 0;
        }
        if (!fill()) {
            return -1;
        }
        int step = Math.min(length, limit - position);
        System.arraycopy(raw, position, bytes, offset, step);
        position += step;
        return step;
    }

    /** Makes sure that there is a verified byte, unless all were read and the trailer is right. */
    private boolean fill() throws IOException {
        if (position < limit) {
            return true;
        }
        if (ended) {
            return false;
        }
        byte[] first = take(FrameFormat.CHUNK_BYTES);
        if (rawLength(first) == 0) {
            end(first);
            return false;
        }
        readChunk(first);
        return true;
    }

    private void readChunk(byte[] first) throws IOException {
        Compression compression = verifyChunkHead(first);
        byte[] stored = takeChunk(first);
        int rawLength = rawLength(first);
        if (compression == Compression.NONE) {
            raw = stored;
        } else {
            raw = raw.length >= rawLength ? raw : new byte[rawLength];
            if (!compression.decompress(stored, 0, stored.length, raw, 0, rawLength)) {
                throw FrameFormat.damaged(expected, "chunk " + chunks + " cannot be decompressed");
            }
        }
        position = 0;
        limit = rawLength;
        count(rawLength);
    }

    private Compression verifyChunkHead(byte[] first) {
        long available = left - FrameFormat.CRC_BYTES - FrameFormat.TRAILER_BYTES;
        return FrameFormat.verifyChunkHead(ByteBuffer.wrap(first), available, expected, chunks);
    }

    /** Returns what is stored of a chunk once its checksum is right. */
    private byte[] takeChunk(byte[] first) throws IOException {
        byte[] stored = take(ByteBuffer.wrap(first).getInt(Integer.BYTES));
        CRC32C crc = FrameFormat.seeded(headCrc, chunks);
        crc.update(first, 0, first.length);
        crc.update(stored, 0, stored.length);
        int announced = ByteBuffer.wrap(take(FrameFormat.CRC_BYTES)).getInt();
        FrameFormat.verify(expected, "checksum of chunk " + chunks, announced, (int) crc.getValue());
        return stored;
    }

    private static int rawLength(byte[] first) {
        return ByteBuffer.wrap(first).getInt();
    }

    private void count(int rawLength) {
        rawBytes += rawLength;
        chunks++;
    }

    /** Verifies what was not read yet, to the end, without unpacking it. */
    void verifyRest(Runnable beforeEachChunk) throws IOException {
        position = limit;
        while (!ended) {
            beforeEachChunk.run();
            byte[] first = take(FrameFormat.CHUNK_BYTES);
            if (rawLength(first) == 0) {
                end(first);
            } else {
                verifyChunkHead(first);
                takeChunk(first);
                count(rawLength(first));
            }
        }
    }

    private void end(byte[] first) throws IOException {
        ByteBuffer trailer = ByteBuffer.allocate(FrameFormat.TRAILER_BYTES)
                .put(first)
                .put(take(FrameFormat.TRAILER_BYTES - FrameFormat.CHUNK_BYTES))
                .flip();
        FrameFormat.verifyTrailer(trailer, headCrc, chunks, rawBytes, expected);
        if (left != 0) {
            throw FrameFormat.damaged(expected, "it ends " + left + " bytes before its file does");
        }
        ended = true;
    }

    @Override
    public int available() {
        return limit - position;
    }

    @Override
    public long remainingBytes() {
        long here = (long) limit - position;
        return left > Long.MAX_VALUE / (2 * HIGHEST_RATIO) ? Long.MAX_VALUE / 2 : here + left * HIGHEST_RATIO;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
