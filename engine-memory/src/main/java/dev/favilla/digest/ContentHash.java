package dev.favilla.digest;

import dev.favilla.value.AsciiText;
import dev.favilla.value.StableHash;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteOrder;
import java.util.UUID;

/**
 * The arithmetic of content: hashes of what contains nothing else, and how they are joined. All of them depend on a seed,
 * by which classes differ.
 */
final class ContentHash {

    // Odd numbers with half of their bits set.
    private static final long SPREAD = 0x9e3779b97f4a7c15L;
    private static final long JOIN = 0xd6e8feb86659fd93L;

    private static final VarHandle LONG_OF_BYTES =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private ContentHash() {}

    /**
     * Returns the hash of a sequence that is one element longer. Different for each {@code next}, and for each
     * {@code hash}; to be mixed at the end.
     */
    static long join(long hash, long next) {
        return Long.rotateLeft(hash ^ Long.rotateLeft(next * SPREAD, 31) * JOIN, 27) * SPREAD + JOIN;
    }

    static long ofBits(long seed, long bits) {
        return StableHash.mix(seed ^ bits);
    }

    static long ofUuid(long seed, UUID uuid) {
        return StableHash.mix(StableHash.mix(seed ^ uuid.getMostSignificantBits()) ^ uuid.getLeastSignificantBits());
    }

    /**
     * The cached hash and the length are free; the first and last four characters make short texts exact, where the
     * 32 bits of the hash collide most easily ({@code "Aa"} and {@code "BB"}).
     */
    static long ofText(long seed, String text) {
        int length = text.length();
        long head;
        long tail;
        if (length >= 4) {
            head = four(text, 0);
            tail = four(text, length - 4);
        } else {
            head = 0;
            tail = 0;
            for (int i = 0; i < length; i++) {
                head = head << Character.SIZE | text.charAt(i);
            }
        }
        return ofText(seed, text.hashCode(), length, head, tail);
    }

    private static long ofText(long seed, int hash, int length, long head, long tail) {
        long known = seed ^ ((long) hash << Integer.SIZE | length);
        return StableHash.mix(known + head * JOIN + Long.rotateLeft(tail * SPREAD, 32));
    }

    /** As {@link #ofText(long, String)}, of a text of Latin-1 whose first and last characters are here as bytes. */
    static long ofLatin1(long seed, int hash, int length, int firstFour, int lastFour) {
        return ofText(seed, hash, length, characters(firstFour), length < Integer.BYTES ? 0 : characters(lastFour));
    }

    private static long characters(int bytes) {
        long two = (bytes & 0xffff_0000L) << Character.SIZE | (bytes & 0xffffL);
        return (two << Byte.SIZE | two) & 0x00ff_00ff_00ff_00ffL;
    }

    /** As {@link #ofText}, for a text that would be walked over for its hash: eight of its characters at a time. */
    static long ofLongText(long seed, String text) {
        byte[] ascii = AsciiText.bytesOf(text);
        return ascii == null ? ofText(seed, text) : ofBytes(seed, ascii);
    }

    private static long four(String text, int from) {
        int high = text.charAt(from) << Character.SIZE | text.charAt(from + 1);
        int low = text.charAt(from + 2) << Character.SIZE | text.charAt(from + 3);
        return ((long) high << Integer.SIZE) ^ low;
    }

    static long ofBigInteger(long seed, BigInteger number) {
        return number.bitLength() < Long.SIZE ? ofBits(seed, number.longValue()) : ofBytes(~seed, number.toByteArray());
    }

    static long ofBigDecimal(long seed, BigDecimal number) {
        return ofBigInteger(join(seed, number.scale()), number.unscaledValue());
    }

    static long ofBytes(long seed, byte[] bytes) {
        return StableHash.mix(ofBytes(join(seed, bytes.length), bytes, bytes.length));
    }

    /**
     * Joins the first {@code count} bytes to {@code hash}: two sequences of eight bytes, which do not wait for each other.
     * The last eight may overlap those before them, so how many there are has to be joined as well.
     */
    static long ofBytes(long hash, byte[] bytes, int count) {
        long even = hash;
        long odd = ~hash;
        int i = 0;
        for (; i <= count - 2 * Long.BYTES; i += 2 * Long.BYTES) {
            even = join(even, (long) LONG_OF_BYTES.get(bytes, i));
            odd = join(odd, (long) LONG_OF_BYTES.get(bytes, i + Long.BYTES));
        }
        if (i <= count - Long.BYTES) {
            even = join(even, (long) LONG_OF_BYTES.get(bytes, i));
            i += Long.BYTES;
        }
        if (i < count && count >= Long.BYTES) {
            odd = join(odd, (long) LONG_OF_BYTES.get(bytes, count - Long.BYTES));
            i = count;
        }
        for (; i < count; i++) {
            even = join(even, bytes[i]);
        }
        return join(even, odd);
    }

    static long ofLongs(long seed, long[] values) {
        long hash = join(seed, values.length);
        for (long value : values) {
            hash = join(hash, value);
        }
        return StableHash.mix(hash);
    }

    static long ofInts(long seed, int[] values) {
        long hash = join(seed, values.length);
        for (int value : values) {
            hash = join(hash, value);
        }
        return StableHash.mix(hash);
    }

    static long ofShorts(long seed, short[] values) {
        long hash = join(seed, values.length);
        for (short value : values) {
            hash = join(hash, value);
        }
        return StableHash.mix(hash);
    }

    static long ofChars(long seed, char[] values) {
        long hash = join(seed, values.length);
        for (char value : values) {
            hash = join(hash, value);
        }
        return StableHash.mix(hash);
    }

    static long ofBooleans(long seed, boolean[] values) {
        long hash = join(seed, values.length);
        for (boolean value : values) {
            hash = join(hash, value ? 1 : 0);
        }
        return StableHash.mix(hash);
    }

    static long ofFloats(long seed, float[] values) {
        long hash = join(seed, values.length);
        for (float value : values) {
            hash = join(hash, Float.floatToIntBits(value));
        }
        return StableHash.mix(hash);
    }

    static long ofDoubles(long seed, double[] values) {
        long hash = join(seed, values.length);
        for (double value : values) {
            hash = join(hash, Double.doubleToLongBits(value));
        }
        return StableHash.mix(hash);
    }
}
