package dev.favilla.text;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Decodes the lines of one split as UTF-8. A line ends at {@code \n}, {@code \r\n} or {@code \r}; a byte order mark at
 * the start of a file is left out; malformed sequences become U+FFFD and are counted.
 */
final class LineReader implements AutoCloseable {

    private static final int BUFFER_BYTES = 1 << 16;
    private static final int MAX_LINE_BYTES = 1 << 29;
    private static final char REPLACEMENT = '\uFFFD';

    private final FileSplit split;
    private final InputStream in;

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

    private long bytesRead;
    private long malformed;

    private LineReader(FileSplit split, InputStream in) {
        this.split = split;
        this.in = in;
        this.position = split.start();
        this.lastStart = split.gzip() ? Long.MAX_VALUE : split.start() + split.length();
    }

    static LineReader open(FileSplit split) throws IOException {
        InputStream file = Files.newInputStream(split.path());
        try {
            split.requireUnchanged(); // after it was opened: whatever comes later is seen at the end
            file.skipNBytes(split.start());
            LineReader reader = new LineReader(split, split.gzip() ? new GzipInput(file) : file);
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
        } else if (fill() && limit >= 3 && startsWithByteOrderMark()) {
            consume(3);
            atFirstLine = true;
        }
    }

    private boolean startsWithByteOrderMark() {
        return buffer[0] == (byte) 0xEF && buffer[1] == (byte) 0xBB && buffer[2] == (byte) 0xBF;
    }

    /** Returns the next line without its end, or null when the split has no more. */
    @Nullable
    String next() throws IOException {
        if ((position > lastStart && !atFirstLine) || !fill()) {
            return null;
        }
        atFirstLine = false;
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

    /** Returns where the line ends in the buffer, or {@code limit}. */
    private int lineEnd() {
        byte[] bytes = buffer;
        int end = limit;
        for (int i = next; i < end; i++) {
            byte b = bytes[i];
            if (b == '\n' || b == '\r') {
                return i;
            }
        }
        return end;
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
        bytesRead += limit;
        return limit > 0;
    }

    private void carry() throws IOException {
        int length = limit - next;
        if (carriedLength + length > MAX_LINE_BYTES) {
            throw new IOException("a line is longer than " + MAX_LINE_BYTES + " bytes; is this a text file?");
        }
        if (carriedLength + length > carried.length) {
            carried = Arrays.copyOf(carried, Math.max(carriedLength + length, carried.length * 2));
        }
        System.arraycopy(buffer, next, carried, carriedLength, length);
        carriedLength += length;
        consume(length);
    }

    /** Decodes what was carried and the buffer from {@code next} to {@code end}. */
    private String decode(int end) throws IOException {
        if (carriedLength == 0) {
            return decode(buffer, next, end - next);
        }
        int length = end - next;
        if (carriedLength + length > carried.length) {
            carried = Arrays.copyOf(carried, carriedLength + length);
        }
        System.arraycopy(buffer, next, carried, carriedLength, length);
        return decode(carried, 0, carriedLength + length);
    }

    private String decode(byte[] bytes, int offset, int length) {
        String line = new String(bytes, offset, length, StandardCharsets.UTF_8);
        if (line.indexOf(REPLACEMENT) >= 0) { // either malformed, or really in the text
            malformed += countMalformed(ByteBuffer.wrap(bytes, offset, length));
        }
        return line;
    }

    private static long countMalformed(ByteBuffer bytes) {
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
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

    /**
     * Checks, when the split has no more lines, that it was read to its end.
     *
     * @throws InputChangedException if the file has ended before
     */
    void requireWhole() {
        if (!split.gzip() && position < lastStart) {
            throw new InputChangedException(
                    split.file(), "had " + split.version().size() + " bytes and ends after " + position, null);
        }
    }

    /** Returns whether the file goes on with something that is not gzip, after what was read. */
    boolean hasTrailingGarbage() {
        return in instanceof GzipInput gzip && gzip.hasTrailingGarbage();
    }

    /** Returns the bytes read since the last call. */
    long takeBytesRead() {
        long taken = bytesRead;
        bytesRead = 0;
        return taken;
    }

    /** Returns the malformed sequences met since the last call. */
    long takeMalformed() {
        long taken = malformed;
        malformed = 0;
        return taken;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
