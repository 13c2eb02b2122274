package dev.favilla.frame;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/**
 * Frames a block of any length while it is written. What is closed without being finished is no whole frame, and will
 * be told as damaged.
 *
 * <p><b>Threads.</b> Belongs to one thread.
 */
public final class FrameOutput extends OutputStream {

    private final OutputStream out;
    private final Compression compression;
    private final byte[] head;
    private final int headCrc;
    private final byte[] chunk;

    private int used;
    private long chunks;
    private long rawBytes;
    private long frameBytes;
    private boolean started;
    private boolean finished;

    FrameOutput(OutputStream out, BlockHeader header, Compression compression, int chunkBytes) {
        this.out = out;
        this.compression = compression;
        this.chunk = new byte[chunkBytes];
        this.head = FrameFormat.head(header);
        this.headCrc = FrameFormat.crcOf(head);
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        if (finished && length > 0) {
            throw new IllegalStateException("The frame was finished; nothing can be added to it");
        }
        int from = offset;
        int left = length;
        while (left > 0) {
            int step = Math.min(left, chunk.length - used);
            System.arraycopy(bytes, from, chunk, used, step);
            used += step;
            from += step;
            left -= step;
            if (used == chunk.length) {
                endChunk();
            }
        }
    }

    private void endChunk() throws IOException {
        start();
        FrameChunk stored = FrameChunk.of(compression, chunk, 0, used);
        ByteBuffer bytes = ByteBuffer.allocate(FrameFormat.CHUNK_BYTES + stored.length() + FrameFormat.CRC_BYTES);
        stored.putTo(bytes, headCrc, chunks);
        put(bytes.array());
        chunks++;
        rawBytes += used;
        used = 0;
    }

    private void start() throws IOException {
        if (!started) {
            started = true;
            put(head);
        }
    }

    private void put(byte[] bytes) throws IOException {
        out.write(bytes);
        frameBytes += bytes.length;
    }

    /**
     * Writes the rest and what makes the frame whole; the stream below stays open.
     *
     * @param recordCount how many records were written
     * @return the length of the frame
     */
    public long finish(long recordCount) throws IOException {
        if (!finished) {
            start();
            if (used > 0) {
                endChunk();
            }
            finished = true;
            ByteBuffer trailer = ByteBuffer.allocate(FrameFormat.TRAILER_BYTES);
            FrameFormat.putTrailer(trailer, headCrc, chunks, rawBytes, recordCount);
            put(trailer.array());
            out.flush();
        }
        return frameBytes;
    }

    /** Does nothing: a frame ends with {@link #finish}, and the stream below belongs to whoever opened it. */
    @Override
    public void close() {
        // see above
    }
}
