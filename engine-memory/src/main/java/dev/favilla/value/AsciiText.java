package dev.favilla.value;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Long texts as bytes, looked at eight at a time: most texts are ASCII, whose characters are their bytes. */
public final class AsciiText {

    /** From here on it pays to ask. */
    public static final int LONG = 33;

    private static final VarHandle LONG_OF_BYTES =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final long ONES = 0x0101010101010101L;
    private static final long HIGHEST_BITS = 0x8080808080808080L;
    private static final int LAST = 0x7f;
    private static final char UNKNOWN = '?';

    private AsciiText() {}

    /** Returns the characters of a text, each a byte; null if one of them is not ASCII. */
    public static byte @Nullable [] bytesOf(String text) {
        if (text.isEmpty() || text.charAt(0) > LAST) {
            return null; // before all of it is encoded
        }
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        // All other characters are several bytes, but for halves of pairs, which cannot be encoded and become UNKNOWN.
        boolean ascii = bytes.length == text.length() && (!contains(bytes, UNKNOWN) || isAscii(text));
        return ascii ? bytes : null;
    }

    private static boolean isAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) > LAST) {
                return false;
            }
        }
        return true;
    }

    /** Returns whether these bytes are ASCII. */
    public static boolean isAscii(byte[] bytes, int offset, int length) {
        int end = offset + length;
        int i = offset;
        for (; i <= end - Long.BYTES; i += Long.BYTES) {
            if (((long) LONG_OF_BYTES.get(bytes, i) & HIGHEST_BITS) != 0) {
                return false;
            }
        }
        for (; i < end; i++) {
            if (bytes[i] < 0) {
                return false;
            }
        }
        return true;
    }

    /** Whether there is an ASCII character among ASCII characters; may say so of others, too. */
    private static boolean contains(byte[] bytes, char wanted) {
        long pattern = wanted * ONES;
        int i = 0;
        for (; i <= bytes.length - Long.BYTES; i += Long.BYTES) {
            long zeroWhereEqual = (long) LONG_OF_BYTES.get(bytes, i) ^ pattern;
            if (((zeroWhereEqual - ONES) & ~zeroWhereEqual & HIGHEST_BITS) != 0) {
                return true;
            }
        }
        for (; i < bytes.length; i++) {
            if (bytes[i] == wanted) {
                return true;
            }
        }
        return false;
    }
}
