package dev.favilla.serializer;

import com.esotericsoftware.kryo.kryo5.io.Input;
import com.esotericsoftware.kryo.kryo5.io.KryoBufferUnderflowException;
import dev.favilla.frame.BoundedInput;
import dev.favilla.value.AsciiText;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Kryo's input, except that it allocates nothing longer than what is there to fill it, and never writes to the array it
 * reads from, which several readers may share.
 */
final class GuardedInput extends Input {

    private static final int BUFFER_BYTES = 4096;
    private static final int LONGEST_COUNT = 6;
    private static final int NOT_ASCII = 0x80;

    private final byte[] own = new byte[BUFFER_BYTES];
    private byte[] scratch = new byte[64];

    GuardedInput() {
        super(0);
        setBuffer(own, 0, 0);
    }

    /** Reads from {@code bytes} in place. */
    void readFrom(byte[] bytes, int offset, int length) {
        setBuffer(bytes, offset, length);
    }

    void readFrom(InputStream in) {
        setBuffer(own, 0, 0);
        setInputStream(in);
    }

    /** Lets go of what was read from. */
    void forget() {
        setBuffer(own, 0, 0);
    }

    /** Returns how many bytes there can be at most; of a stream that does not know, any number. */
    private long remaining() {
        long here = (long) limit - position;
        InputStream source = getInputStream();
        if (source == null) {
            return here;
        }
        if (source instanceof BoundedInput bounded) {
            return here + bounded.remainingBytes();
        }
        return source instanceof ByteArrayInputStream bytes ? here + bytes.available() : Long.MAX_VALUE;
    }

    /**
     * Checks a count of things that take at least a byte each.
     *
     * @throws SerializationException if there are not that many bytes
     */
    int checked(int count) {
        if (count < 0 || count > remaining()) {
            throw new SerializationException(
                    "A length of " + count + " was read where only " + remaining()
                            + " bytes are left; the bytes are no records of this serializer.",
                    null);
        }
        return count;
    }

    /** Checks the count that comes next, which Kryo writes plus one, without reading it. */
    void checkNextLength() {
        int there = Math.min(Math.max(optional(LONGEST_COUNT - 1), 0), limit - position);
        long count = 0;
        boolean more = true;
        for (int i = 0; more && i < there; i++) {
            count |= (long) (buffer[position + i] & 0x7f) << (7 * i);
            more = (buffer[position + i] & 0x80) != 0;
        }
        checked((int) Math.min(Integer.MAX_VALUE, Math.max(0, count - 1)));
    }

    /** Returns a first capacity for a container that announces {@code count} elements and will grow. */
    int capacity(int count) {
        return (int) Math.min(Math.max(0, count), remaining());
    }

    @Override
    public String readString() {
        if (optional(1) <= 0) {
            throw new KryoBufferUnderflowException("Buffer underflow.");
        }
        if ((buffer[position] & NOT_ASCII) == 0) {
            return readShortAscii();
        }
        checkCharCount();
        String ascii = readLongAscii();
        return ascii == null ? super.readString() : ascii;
    }

    /** Reads a text that is here as a whole and all ASCII; of any other returns null, and has read nothing. */
    private @Nullable String readLongAscii() {
        int begin = position;
        if (limit - begin < AsciiText.LONG) {
            return null;
        }
        int length = readVarIntFlag(true) - 1;
        if (length < AsciiText.LONG || length > limit - position || !AsciiText.isAscii(buffer, position, length)) {
            position = begin;
            return null;
        }
        String text = new String(buffer, position, length, StandardCharsets.ISO_8859_1);
        position += length;
        return text;
    }

    @Override
    public StringBuilder readStringBuilder() {
        return new StringBuilder(readString());
    }

    /** Kryo marks the end of an ASCII text by the highest bit of its last byte. */
    private String readShortAscii() {
        int end = position;
        while (end < limit && (buffer[end] & NOT_ASCII) == 0) {
            end++;
        }
        if (end == limit) {
            return super.readString(); // goes on in the stream, and so is in our own buffer
        }
        int length = end + 1 - position;
        if (length > scratch.length) {
            scratch = new byte[Math.max(length, 2 * scratch.length)];
        }
        System.arraycopy(buffer, position, scratch, 0, length);
        scratch[length - 1] &= 0x7f;
        position = end + 1;
        return new String(scratch, 0, length, StandardCharsets.ISO_8859_1);
    }

    private void checkCharCount() {
        int there = Math.min(Math.max(optional(LONGEST_COUNT), 1), limit - position);
        long count = buffer[position] & 0x3f;
        boolean more = (buffer[position] & 0x40) != 0;
        for (int i = 1; more && i < there; i++) {
            count |= (long) (buffer[position + i] & 0x7f) << (7 * i - 1);
            more = (buffer[position + i] & 0x80) != 0;
        }
        checked((int) Math.min(Integer.MAX_VALUE, Math.max(0, count - 1)));
    }

    @Override
    public byte[] readBytes(int length) {
        return super.readBytes(checked(length));
    }

    @Override
    public int[] readInts(int length) {
        return super.readInts(checked(length));
    }

    @Override
    public int[] readInts(int length, boolean optimizePositive) {
        return super.readInts(checked(length), optimizePositive);
    }

    @Override
    public long[] readLongs(int length) {
        return super.readLongs(checked(length));
    }

    @Override
    public long[] readLongs(int length, boolean optimizePositive) {
        return super.readLongs(checked(length), optimizePositive);
    }

    @Override
    public float[] readFloats(int length) {
        return super.readFloats(checked(length));
    }

    @Override
    public double[] readDoubles(int length) {
        return super.readDoubles(checked(length));
    }

    @Override
    public short[] readShorts(int length) {
        return super.readShorts(checked(length));
    }

    @Override
    public char[] readChars(int length) {
        return super.readChars(checked(length));
    }

    @Override
    public boolean[] readBooleans(int length) {
        return super.readBooleans(checked(length));
    }
}
