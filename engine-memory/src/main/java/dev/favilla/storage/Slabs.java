package dev.favilla.storage;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Bytes in slabs outside the heap: written by one thread, then read by any, each with a stream of its own, until they are
 * given back.
 */
final class Slabs extends OutputStream {

    private final SlabPool pool;
    private List<ByteBuffer> slabs = new ArrayList<>();
    private long length;

    /** What came when there was no slab to be had. */
    private byte @Nullable [] overflow;

    private int overflowLength;

    Slabs(SlabPool pool) {
        this.pool = pool;
    }

    @Override
    public void write(int b) {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int count) {
        int from = offset;
        int left = count;
        while (left > 0) {
            int place = (int) (length % SlabPool.SLAB_BYTES);
            if (overflow != null || (place == 0 && !addSlab())) {
                overflow(bytes, from, left);
                return;
            }
            int step = Math.min(left, SlabPool.SLAB_BYTES - place);
            slabs.get(slabs.size() - 1).put(place, bytes, from, step);
            from += step;
            left -= step;
            length += step;
        }
    }

    private boolean addSlab() {
        ByteBuffer slab = pool.take();
        return slab != null && slabs.add(slab);
    }

    /** Keeps bytes on the heap until whoever writes looks. */
    private void overflow(byte[] bytes, int offset, int count) {
        byte[] before = overflow == null ? new byte[0] : overflow;
        byte[] all = Arrays.copyOf(before, Math.max(overflowLength + count, 2 * before.length));
        System.arraycopy(bytes, offset, all, overflowLength, count);
        overflow = all;
        overflowLength += count;
    }

    /** Returns whether the JVM had no memory outside the heap for all that was written. */
    boolean isShort() {
        return overflow != null;
    }

    /** Returns how many bytes were written. */
    long length() {
        return length + overflowLength;
    }

    /** Returns how many bytes the slabs take. */
    long slabBytes() {
        return (long) slabs.size() * SlabPool.SLAB_BYTES;
    }

    /** Writes all of it to another place. */
    void copyTo(OutputStream to) throws IOException {
        byte[] buffer = new byte[SlabPool.SLAB_BYTES];
        long left = length;
        for (ByteBuffer slab : slabs) {
            int step = (int) Math.min(left, buffer.length);
            slab.get(0, buffer, 0, step);
            to.write(buffer, 0, step);
            left -= step;
        }
        if (overflow != null) {
            to.write(overflow, 0, overflowLength);
        }
    }

    /** Opens what was written, of which nothing may be short. */
    InputStream open() {
        return new Reader(slabs, length);
    }

    /** Gives the slabs back. Doing so twice is harmless. */
    void giveBack() {
        List<ByteBuffer> all = slabs;
        slabs = List.of();
        length = 0;
        overflow = null;
        overflowLength = 0;
        pool.giveBack(all);
    }

    /**
     * Reads from the beginning. It copies, and the frame is verified after that, so whoever reads on although the slabs
     * were given back and belong to another block finds damage and never another block's records.
     */
    private static final class Reader extends InputStream {

        private final List<ByteBuffer> slabs;
        private final long length;
        private long position;

        Reader(List<ByteBuffer> slabs, long length) {
            this.slabs = slabs;
            this.length = length;
        }

        @Override
        public int read() {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int count) {
            if (count == 0) {
                return 0;
            }
            if (position == length) {
                return -1;
            }
            int place = (int) (position % SlabPool.SLAB_BYTES);
            int step = (int) Math.min(Math.min(count, length - position), SlabPool.SLAB_BYTES - place);
            slabs.get((int) (position / SlabPool.SLAB_BYTES)).get(place, bytes, offset, step);
            position += step;
            return step;
        }
    }
}
