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
 * Bytes in slabs, on the heap or outside it, so that what grows is never copied and never needs one long array: written by
 * one thread, then read by any, each with a stream of its own, until they are given back.
 */
final class Slabs extends OutputStream {

    /** What the JVM adds to a slab: an array's header, and a buffer around it. */
    private static final int AROUND_BYTES = 72;

    private final SlabSource source;
    private List<ByteBuffer> slabs = new ArrayList<>();
    private long length;

    /** What came when there was no slab to be had. */
    private byte @Nullable [] overflow;

    private int overflowLength;

    Slabs(SlabSource source) {
        this.source = source;
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
            int place = (int) (length % SlabSource.SLAB_BYTES);
            if (overflow != null || (place == 0 && !addSlab())) {
                overflow(bytes, from, left);
                return;
            }
            int step = Math.min(left, SlabSource.SLAB_BYTES - place);
            slabs.get(slabs.size() - 1).put(place, bytes, from, step);
            from += step;
            left -= step;
            length += step;
        }
    }

    private boolean addSlab() {
        ByteBuffer slab = source.take();
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

    /** Returns whether there were no slabs for all that was written. */
    boolean isShort() {
        return overflow != null;
    }

    /** Returns how many bytes were written. */
    long length() {
        return length + overflowLength;
    }

    /** Returns how many bytes the slabs take. */
    long slabBytes() {
        if (source != SlabSource.HEAP || slabs.isEmpty()) {
            return (long) slabs.size() * SlabSource.SLAB_BYTES;
        }
        int last = slabs.size() - 1;
        return (long) last * SlabSource.SLAB_BYTES + slabs.get(last).capacity() + (long) slabs.size() * AROUND_BYTES;
    }

    /** Says that all was written: on the heap the last slab becomes as long as it has to be. */
    void trim() {
        int used = (int) (length % SlabSource.SLAB_BYTES);
        if (source == SlabSource.HEAP && used > 0) {
            int last = slabs.size() - 1;
            slabs.set(last, ByteBuffer.wrap(Arrays.copyOf(slabs.get(last).array(), used)));
        }
    }

    /** Returns whether they are outside the heap. */
    boolean isOffHeap() {
        return source != SlabSource.HEAP;
    }

    /** Writes all of it to another place. */
    void copyTo(OutputStream to) throws IOException {
        byte[] buffer = new byte[SlabSource.SLAB_BYTES];
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
        source.giveBack(all);
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
            int place = (int) (position % SlabSource.SLAB_BYTES);
            int step = (int) Math.min(Math.min(count, length - position), SlabSource.SLAB_BYTES - place);
            slabs.get((int) (position / SlabSource.SLAB_BYTES)).get(place, bytes, offset, step);
            position += step;
            return step;
        }
    }
}
