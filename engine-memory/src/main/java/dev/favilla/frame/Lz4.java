package dev.favilla.frame;

import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;

/** LZ4 in pure Java, in a class of its own: nothing of the library is loaded before something is compressed. */
final class Lz4 {

    private Lz4() {}

    /** Returns how many bytes were written; more than {@code to} is long if they do not fit. */
    static int compress(byte[] from, int offset, int length, byte[] to) {
        try {
            return LZ4Factory.safeInstance().fastCompressor().compress(from, offset, length, to, 0, to.length);
        } catch (LZ4Exception e) {
            return to.length + 1; // it says so when there is no room
        }
    }

    static boolean decompress(byte[] from, int offset, int length, byte[] to, int at, int rawLength) {
        try {
            return LZ4Factory.safeInstance().safeDecompressor().decompress(from, offset, length, to, at, rawLength)
                    == rawLength;
        } catch (LZ4Exception e) {
            return false;
        }
    }
}
