package dev.favilla.shuffle.hash;

import dev.favilla.disk.DiskFile;
import dev.favilla.disk.DiskWriter;
import dev.favilla.disk.LocalDisk;
import dev.favilla.disk.LocalDiskException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Framed blocks in one file on local disk.
 *
 * <p><b>Threads.</b> One thread appends until it {@linkplain #finish finishes}; from then on any may read, until the file
 * is closed, by whichever thread.
 *
 * <p><b>Failures.</b> {@link LocalDiskException}; what was appended before is lost, too, unless it was finished.
 */
final class BlockFile implements AutoCloseable {

    private static final int BUFFER_BYTES = 64 << 10;

    private final DiskWriter writer;

    /** Small frames on their way; there only between the first append and the next flush. */
    private byte @Nullable [] buffer;

    private int buffered;

    private volatile @Nullable DiskFile file;

    BlockFile(LocalDisk disk) {
        this.writer = disk.create("output");
    }

    /** Appends the frame of a block, which can be read once the file is finished. */
    DiskBlock append(byte[] frame, int records) {
        long offset = bytes();
        if (frame.length > BUFFER_BYTES - buffered) {
            writeBuffer();
        }
        if (frame.length > BUFFER_BYTES) {
            writer.write(frame, 0, frame.length);
        } else {
            byte[] to = buffer == null ? new byte[BUFFER_BYTES] : buffer;
            System.arraycopy(frame, 0, to, buffered, frame.length);
            buffer = to;
            buffered += frame.length;
        }
        return new DiskBlock(this, offset, frame.length, records);
    }

    /** Returns how many bytes were appended. */
    long bytes() {
        return writer.position() + buffered;
    }

    /** Writes what was appended, so that nothing but the file holds it. */
    void flush() {
        writeBuffer();
        buffer = null;
    }

    private void writeBuffer() {
        if (buffer != null && buffered > 0) {
            writer.write(buffer, 0, buffered);
            buffered = 0;
        }
    }

    /** Says that all was appended. */
    void finish() {
        flush();
        file = writer.finish();
    }

    /** Returns so many bytes, or fewer if the file has become shorter. */
    byte[] read(long offset, int length) {
        DiskFile from = file;
        if (from == null) {
            throw new IllegalStateException("A file of map outputs was read before it was finished: a bug in Favilla");
        }
        byte[] bytes = new byte[length];
        try (InputStream in = from.open(offset, length)) {
            int read = in.readNBytes(bytes, 0, length);
            return read == length ? bytes : Arrays.copyOf(bytes, read);
        } catch (IOException e) {
            throw new LocalDiskException("Cannot read " + length + " bytes of a map output: " + e.getMessage(), e);
        }
    }

    /**
     * Deletes the file, a finished one without waiting for that: it may be the scheduler's turn. Closing twice is
     * harmless.
     */
    @Override
    public void close() {
        DiskFile finished = file;
        try {
            if (finished == null) {
                writer.close();
            } else {
                finished.deleteSoon();
            }
        } catch (LocalDiskException e) {
            LoggerFactory.getLogger(BlockFile.class).debug("A file of map outputs stays until the disk is closed", e);
        }
    }
}
