package dev.favilla.disk;

import java.io.OutputStream;

/**
 * A file being written. It is there for others once it was {@linkplain #finish finished}; closed before, it vanishes.
 * Failures are {@link LocalDiskException}s. Belongs to one thread.
 */
public abstract class DiskWriter extends OutputStream {

    /** Begins an empty file. */
    protected DiskWriter() {}

    /** Returns how many bytes were written so far: where the next will lie. */
    public abstract long position();

    /** Says that all is written. */
    public abstract DiskFile finish();

    @Override
    public abstract void write(byte[] bytes, int offset, int length);

    @Override
    public void write(int b) {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void flush() {
        // what was written can be read once it is finished
    }

    /** Deletes what was written unless it was finished. Closing twice is harmless. */
    @Override
    public abstract void close();
}
