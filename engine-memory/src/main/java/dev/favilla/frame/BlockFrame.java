package dev.favilla.frame;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * The one frame around every block that is kept or moved as bytes: it says which block it is, how much of it there is,
 * how it is compressed, and proves that nothing changed. The layout is that of {@link FrameFormat}.
 *
 * <p>A block in memory is one array, made by {@link #wrap} and opened by {@link #open}. One on disk, or larger than an
 * array, is written and read through a stream, by {@link #output} and {@link #input}, chunk by chunk. Both are the same
 * format.
 *
 * <p><b>Failures.</b> No byte is handed to a decompressor or a serializer before it is known to be the one that was
 * written, and no length is believed that goes beyond the frame. Whatever is wrong is a {@link DamagedBlockException}.
 *
 * <p><b>Threads.</b> Immutable. A stream belongs to one thread.
 */
public final class BlockFrame {

    /** A frame is one array; what comes near its limit must go through a stream. */
    private static final int LARGEST_ARRAY = Integer.MAX_VALUE - 8;

    private static final int CHUNK_BYTES = 4 << 20;

    private final Compression compression;
    private final int chunkBytes;

    /** Frames whose payload is compressed by {@code compression} where that makes it shorter. */
    public BlockFrame(Compression compression) {
        this(compression, CHUNK_BYTES);
    }

    /** @param chunkBytes how long a chunk of a stream is, before compression */
    BlockFrame(Compression compression, int chunkBytes) {
        this.compression = compression;
        this.chunkBytes = chunkBytes;
    }

    /** Returns frames like these, whose streams hold chunks of so many bytes before they are compressed. */
    public BlockFrame withChunks(int bytes) {
        return new BlockFrame(compression, bytes);
    }

    /** Returns how payloads are compressed. */
    public Compression compression() {
        return compression;
    }

    /**
     * Returns a frame that holds a copy of {@code length} bytes of {@code payload} from {@code offset}, as one chunk.
     *
     * @throws IllegalArgumentException if the frame would be longer than an array can be
     */
    public byte[] wrap(BlockHeader header, byte[] payload, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, payload.length);
        byte[] head = FrameFormat.head(header);
        int around = head.length + FrameFormat.CHUNK_BYTES + FrameFormat.CRC_BYTES + FrameFormat.TRAILER_BYTES;
        if ((long) around + length > LARGEST_ARRAY) {
            throw new IllegalArgumentException("payload of " + header.blockId() + " must leave room for its header in "
                    + LARGEST_ARRAY + " bytes, got " + length);
        }
        int headCrc = FrameFormat.crcOf(head);
        if (length == 0) {
            ByteBuffer frame =
                    ByteBuffer.allocate(head.length + FrameFormat.TRAILER_BYTES).put(head);
            FrameFormat.putTrailer(frame, headCrc, 0, 0, header.recordCount());
            return frame.array();
        }
        FrameChunk chunk = FrameChunk.of(compression, payload, offset, length);
        ByteBuffer frame = ByteBuffer.allocate(around + chunk.length()).put(head);
        chunk.putTo(frame, headCrc, 0);
        FrameFormat.putTrailer(frame, headCrc, 1, length, header.recordCount());
        return frame.array();
    }

    /**
     * Verifies all of {@code frame} and returns its payload, which is copied only if it was compressed or came in
     * several chunks.
     *
     * @throws DamagedBlockException if it is not whole, was changed, or is not the block that {@code expected} names
     */
    public static Payload open(byte[] frame, BlockHeader expected) {
        return new FrameVerifier(frame, expected).open();
    }

    /**
     * Opens a stream for a block of any length; its {@link FrameOutput#finish} must be called in the end.
     *
     * @param header which block; its record count is not looked at
     */
    public FrameOutput output(OutputStream out, BlockHeader header) {
        return new FrameOutput(out, header, compression, chunkBytes);
    }

    /**
     * Opens a framed block of any length. Each chunk is verified before its first byte is handed out, and the record
     * count with the last.
     *
     * @param frameBytes how long the frame is, for example the length of its file
     * @throws DamagedBlockException here for the head, while reading for the rest
     */
    public static InputStream input(InputStream in, long frameBytes, BlockHeader expected) {
        return new FrameInput(in, frameBytes, expected);
    }

    /**
     * Verifies a framed block of any length from its first byte to its last, without unpacking it.
     *
     * @param beforeEachChunk asked whether to go on, which it prevents by throwing
     * @throws DamagedBlockException if it is not whole, was changed, or is not the block that {@code expected} names
     */
    public static void verify(InputStream in, long frameBytes, BlockHeader expected, Runnable beforeEachChunk)
            throws IOException {
        new FrameInput(in, frameBytes, expected).verifyRest(beforeEachChunk);
    }

    /** Where the verified content of a frame is. The array may be the frame itself and must not be written to. */
    public static final class Payload {

        private final byte[] bytes;
        private final int offset;
        private final int length;

        Payload(byte[] bytes, int offset, int length) {
            this.bytes = bytes;
            this.offset = offset;
            this.length = length;
        }

        /** Returns the array that contains the payload, among other things. */
        public byte[] bytes() {
            return bytes;
        }

        /** Returns where in {@link #bytes} the payload begins. */
        public int offset() {
            return offset;
        }

        /** Returns how many bytes of {@link #bytes} it has. */
        public int length() {
            return length;
        }
    }
}
