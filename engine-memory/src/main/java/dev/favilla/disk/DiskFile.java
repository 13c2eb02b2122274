package dev.favilla.disk;

import java.io.InputStream;

/** A finished file. May be read from any thread, by several at once, until it is deleted. */
public interface DiskFile {

    /** Returns its length. */
    long bytes();

    /** Opens all of it. */
    default InputStream open() {
        return open(0, bytes());
    }

    /**
     * Opens {@code length} bytes from {@code offset}. Whoever reads must close the stream, and reads in large steps: it has
     * no buffer.
     *
     * @throws LocalDiskException if it was deleted or cannot be read
     */
    InputStream open(long offset, long length);

    /** Deletes it; streams that are open may fail from now on. Deleting twice is harmless. */
    void delete();

    /**
     * As {@link #delete}, for whoever must not wait for a disk: the file may be there, and is counted, a little longer.
     * Nobody may open it any more.
     */
    default void deleteSoon() {
        delete();
    }
}
