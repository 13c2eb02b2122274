package dev.favilla.text;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import java.util.zip.ZipException;

/**
 * Decompresses gzip as the program of this name does: a file of no bytes is empty, members follow each other, zeros
 * behind the last one are padding, and anything else there is ignored and can be asked for.
 *
 * <p><b>Failures.</b> {@link ZipException} where the bytes are not what they should be, {@link EOFException} where there
 * are too few; both say what was expected. {@link InputLimits.Exceeded} where more comes out than is allowed.
 */
final class GzipInput extends InputStream {

    private static final int BUFFER_BYTES = 1 << 16;
    private static final int MAGIC_1 = 0x1f;
    private static final int MAGIC_2 = 0x8b;
    private static final int DEFLATE = 8;
    private static final int HEADER_CHECKSUM = 2;
    private static final int EXTRA = 4;
    private static final int NAME = 8;
    private static final int COMMENT = 16;
    private static final int RESERVED = 0xe0;

    private final InputStream in;
    private final InputLimits limits;
    private final Inflater inflater = new Inflater(true);
    private final CRC32 checksum = new CRC32();
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int next;
    private int limit;
    private int members;
    private boolean inMember;
    private boolean ended;
    private boolean trailingGarbage;

    /** Bytes that were read, and what they became, of all members. */
    private long compressed;

    private long decompressed;

    /**
     * @param in closed with this
     * @param limits how much may come of how little
     */
    GzipInput(InputStream in, InputLimits limits) {
        this.in = in;
        this.limits = limits;
    }

    /** Returns whether something follows the last member that is neither another one nor zeros. */
    boolean hasTrailingGarbage() {
        return trailingGarbage;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        while (!ended) {
            if (!inMember) {
                beginMember();
            } else {
                int count = inflate(target, offset, length);
                if (count > 0) {
                    decompressed += count;
                    limits.requireDecompressed(decompressed, compressed);
                    return count;
                }
            }
        }
        return -1;
    }

    private void beginMember() throws IOException {
        if (!fill()) {
            ended = true;
            return;
        }
        int first = take("");
        int second = fill() ? take("") : -1;
        if (first == MAGIC_1 && second == MAGIC_2) {
            readHeader();
            members++;
            inMember = true;
            inflater.reset();
            checksum.reset();
        } else if (members == 0) {
            throw new ZipException("it does not begin as gzip does");
        } else {
            trailingGarbage = (first | Math.max(0, second)) != 0 || !onlyZerosAreLeft();
            ended = true;
        }
    }

    private boolean onlyZerosAreLeft() throws IOException {
        while (fill()) {
            if (buffer[next++] != 0) {
                return false;
            }
        }
        return true;
    }

    private void readHeader() throws IOException {
        checksum.reset();
        checksum.update(MAGIC_1);
        checksum.update(MAGIC_2);
        int method = takeOfHeader();
        int flags = takeOfHeader();
        if (method != DEFLATE || (flags & RESERVED) != 0) {
            throw new ZipException("the header of member " + (members + 1) + " has method " + method + " and flags "
                    + flags + ", which gzip does not have");
        }
        skipOfHeader(6); // time, level, system
        if ((flags & EXTRA) != 0) {
            skipOfHeader(takeOfHeader() | takeOfHeader() << 8);
        }
        if ((flags & NAME) != 0) {
            skipTextOfHeader();
        }
        if ((flags & COMMENT) != 0) {
            skipTextOfHeader();
        }
        if ((flags & HEADER_CHECKSUM) != 0) {
            int expected = (int) checksum.getValue() & 0xffff;
            if ((takeOfHeader() | takeOfHeader() << 8) != expected) {
                throw new ZipException("the header of member " + (members + 1) + " has another checksum than it says");
            }
        }
    }

    private int takeOfHeader() throws IOException {
        int taken = take("in the header of member " + (members + 1));
        checksum.update(taken);
        return taken;
    }

    private void skipOfHeader(int bytes) throws IOException {
        for (int i = 0; i < bytes; i++) {
            takeOfHeader();
        }
    }

    private void skipTextOfHeader() throws IOException {
        int taken = takeOfHeader();
        while (taken != 0) {
            taken = takeOfHeader();
        }
    }

    /** Returns how many bytes were decompressed, 0 if more input or another member is needed for some. */
    private int inflate(byte[] target, int offset, int length) throws IOException {
        try {
            if (inflater.needsInput()) {
                requireMore("in the data of member " + members);
                inflater.setInput(buffer, next, limit - next);
                next = limit;
            }
            int count = inflater.inflate(target, offset, length);
            checksum.update(target, offset, count);
            if (inflater.finished()) {
                next = limit - inflater.getRemaining();
                readTrailer();
                inMember = false;
            } else if (inflater.needsDictionary()) {
                throw new ZipException("member " + members + " needs a dictionary, which gzip does not have");
            }
            return count;
        } catch (DataFormatException e) {
            ZipException damaged = new ZipException("the data of member " + members + " is damaged"
                    + (e.getMessage() == null ? "" : ": " + e.getMessage()));
            damaged.initCause(e);
            throw damaged;
        }
    }

    private void readTrailer() throws IOException {
        long expected = takeInt();
        long size = takeInt();
        if (expected != checksum.getValue()) {
            throw new ZipException("the data of member " + members + " has another checksum than it says");
        }
        if (size != (inflater.getBytesWritten() & 0xffffffffL)) {
            throw new ZipException("the data of member " + members + " has another length than it says");
        }
    }

    private long takeInt() throws IOException {
        long value = 0;
        for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
            value |= (long) take("in the checksum of member " + members) << shift;
        }
        return value;
    }

    private int take(String where) throws IOException {
        requireMore(where);
        return buffer[next++] & 0xff;
    }

    private void requireMore(String where) throws IOException {
        if (!fill()) {
            throw new EOFException("it ends " + where);
        }
    }

    /** Makes sure that there is a byte at {@code next}; returns false at the end of the file. */
    private boolean fill() throws IOException {
        if (next < limit) {
            return true;
        }
        next = 0;
        limit = Math.max(0, in.read(buffer, 0, BUFFER_BYTES));
        compressed += limit;
        return limit > 0;
    }

    @Override
    public void close() throws IOException {
        inflater.end();
        in.close();
    }
}
