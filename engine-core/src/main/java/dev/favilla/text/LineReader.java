package dev.favilla.text;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Decodes the lines of one split. A line ends at {@code \n}, {@code \r\n} or {@code \r}; a byte order mark at the start of
 * a file in UTF-8 is left out; malformed sequences become U+FFFD and are counted.
 *
 * <p>A line belongs to the split it begins in; a split that does not begin its file therefore starts after the first
 * line end at or after its first byte, and reads on past its end until the line at its end is complete.
 */
final class LineReader implements SplitReader {

    private static final int BUFFER_BYTES = 1 << 16;

    /** Eight bytes of an array as one number, the first of them lowest. */
    private static final VarHandle WORDS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final long LOWEST_BITS = 0x0101010101010101L;
    private static final long HIGHEST_BITS = LOWEST_BITS << 7;
    private static final long LINE_FEEDS = LOWEST_BITS * '\n';
    private static final long CARRIAGE_RETURNS = LOWEST_BITS * '\r';

    static final char REPLACEMENT = '\uFFFD';

    private final FileSplit split;
    private final FileBytes in;
    private final Charset charset;
    private final InputLimits limits;

    /** Lines that begin after this position belong to the next split. */
    private final long lastStart;

    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int next;
    private int limit;

    /** The position in the (decompressed) file of {@code buffer[next]}. */
    private long position;

    /** The part of a line that lay in earlier buffers. */
    private byte[] carried = new byte[256];

    private int carriedLength;

    /** The first line of a file begins before its byte order mark, wherever the split ends. */
    private boolean atFirstLine;

    /** The position of the line that was read last. */
    private long lineStart;

    private long malformed;

    private LineReader(FileSplit split, FileBytes in, Charset charset, InputLimits limits) {
        this.split = split;
        this.in = in;
        this.charset = charset;
        this.limits = limits;
        this.position = split.start();
        this.lastStart = split.gzip() ? Long.MAX_VALUE : split.start() + split.length();
    }

    static LineReader open(FileSplit split, Charset charset, InputLimits limits) throws IOException {
        FileBytes file = FileBytes.open(split, limits);
        try {
            LineReader reader = new LineReader(split, file, charset, limits);
            reader.begin();
            return reader;
        } catch (IOException | RuntimeException | Error e) {
            file.close();
            throw e;
        }
    }

    private void begin() throws IOException {
        if (split.start() > 0) {
            skipLine();
        } else if (fill() && startsWithByteOrderMark()) {
            consume(3);
            atFirstLine = true;
        }
    }

    private boolean startsWithByteOrderMark() {
        return limit >= 3
                && charset.equals(StandardCharsets.UTF_8)
                && buffer[0] == (byte) 0xEF
                && buffer[1] == (byte) 0xBB
                && buffer[2] == (byte) 0xBF;
    }

    @Override
    public Object next() throws IOException {
        String line = nextLine();
        return line == null ? END : line;
    }

    /** Returns the next line without its end, or null when the split has no more. */
    @Nullable
    String nextLine() throws IOException {
        if ((position > lastStart && !atFirstLine) || !fill()) {
            return null;
        }
        atFirstLine = false;
        lineStart = position;
        carriedLength = 0;
        while (true) {
            int end = lineEnd();
            if (end < limit) {
                String line = decode(end);
                consume(end - next);
                consumeLineEnd();
                return line;
            }
            carry();
            if (!fill()) {
                return decode(next);
            }
        }
    }

    private void skipLine() throws IOException {
        while (fill()) {
            int end = lineEnd();
            consume(end - next);
            if (next < limit) {
                consumeLineEnd();
                return;
            }
        }
    }

    /** Returns where the line ends in the buffer, or {@code limit}; looks at eight bytes at a time. */
    private int lineEnd() {
        byte[] bytes = buffer;
        int end = limit;
        int i = next;
        for (int last = end - Long.BYTES; i <= last; i += Long.BYTES) {
            long word = (long) WORDS.get(bytes, i);
            long found = zeroBytes(word ^ LINE_FEEDS) | zeroBytes(word ^ CARRIAGE_RETURNS);
            if (found != 0) {
                return i + Long.numberOfTrailingZeros(found) / Byte.SIZE;
            }
        }
        for (; i < end; i++) {
            byte b = bytes[i];
            if (b == '\n' || b == '\r') {
                return i;
            }
        }
        return end;
    }

    /** Returns a word whose lowest bit, if any, is in the first byte of {@code word} that is 0. */
    private static long zeroBytes(long word) {
        return (word - LOWEST_BITS) & ~word & HIGHEST_BITS;
    }

    private void consumeLineEnd() throws IOException {
        boolean carriageReturn = buffer[next] == '\r';
        consume(1);
        if (carriageReturn && fill() && buffer[next] == '\n') {
            consume(1);
        }
    }

    private void consume(int bytes) {
        next += bytes;
        position += bytes;
    }

    /** Makes sure that there is a byte at {@code next}; returns false at the end of the file. */
    private boolean fill() throws IOException {
        if (next < limit) {
            return true;
        }
        next = 0;
        limit = Math.max(0, in.readNBytes(buffer, 0, BUFFER_BYTES));
        return limit > 0;
    }

    private void carry() throws IOException {
        int length = limit - next;
        limits.requireRecord("a line", (long) carriedLength + length);
        if (carriedLength + length > carried.length) {
            long doubled = Math.max(carriedLength + length, 2L * carried.length);
            carried = Arrays.copyOf(carried, (int) Math.min(doubled, InputLimits.LARGEST_RECORD));
        }
        System.arraycopy(buffer, next, carried, carriedLength, length);
        carriedLength += length;
        consume(length);
    }

    /** Decodes what was carried and the buffer from {@code next} to {@code end}. */
    private String decode(int end) throws IOException {
        if (carriedLength == 0) {
            limits.requireRecord("a line", end - next);
            return decode(buffer, next, end - next);
        }
        int length = end - next;
        limits.requireRecord("a line", (long) carriedLength + length);
        if (carriedLength + length > carried.length) {
            carried = Arrays.copyOf(carried, carriedLength + length);
        }
        System.arraycopy(buffer, next, carried, carriedLength, length);
        return decode(carried, 0, carriedLength + length);
    }

    private String decode(byte[] bytes, int offset, int length) {
        String line = new String(bytes, offset, length, charset);
        if (line.indexOf(REPLACEMENT) >= 0) { // either malformed, or really in the text
            malformed += countMalformed(ByteBuffer.wrap(bytes, offset, length));
        }
        return line;
    }

    private long countMalformed(ByteBuffer bytes) {
        CharsetDecoder decoder = charset.newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        CharBuffer scratch = CharBuffer.allocate(1024);
        long count = 0;
        while (true) {
            CoderResult result = decoder.decode(bytes, scratch, true);
            scratch.clear();
            if (result.isUnderflow()) {
                return count;
            }
            if (result.isError()) {
                count++;
                bytes.position(bytes.position() + result.length());
            }
        }
    }

    /** Returns where in the (decompressed) file the line begins that was read last. */
    long lineStart() {
        return lineStart;
    }

    @Override
    public void requireWhole() {
        if (!split.gzip() && position < lastStart) {
            throw new InputChangedException(
                    split.file(), "had " + split.version().size() + " bytes and ends after " + position, null);
        }
    }

    @Override
    public boolean hasTrailingGarbage() {
        return in.hasTrailingGarbage();
    }

    @Override
    public long takeBytesRead() {
        return in.takeBytesRead();
    }

    @Override
    public long takeMalformed() {
        long taken = malformed;
        malformed = 0;
        return taken;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
