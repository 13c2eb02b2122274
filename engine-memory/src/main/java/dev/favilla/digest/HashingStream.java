package dev.favilla.digest;

import dev.favilla.value.StableHash;
import java.io.OutputStream;

/** Hashes what is written to it, however it is cut into writes. */
final class HashingStream extends OutputStream {

    private static final int BUFFER_BYTES = 512;

    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int buffered;
    private long length;
    private long hash;

    @Override
    public void write(int b) {
        if (buffered == buffer.length) {
            drain();
        }
        buffer[buffered++] = (byte) b;
    }

    @Override
    public void write(byte[] bytes, int offset, int count) {
        int from = offset;
        int left = count;
        while (left > 0) {
            if (buffered == buffer.length) {
                drain();
            }
            int taken = Math.min(left, buffer.length - buffered);
            System.arraycopy(bytes, from, buffer, buffered, taken);
            buffered += taken;
            from += taken;
            left -= taken;
        }
    }

    private void drain() {
        hash = ContentHash.ofBytes(hash, buffer, buffered);
        length += buffered;
        buffered = 0;
    }

    /** Returns the hash of all that was written. */
    long hash() {
        drain();
        return StableHash.mix(hash ^ length);
    }
}
