package dev.favilla.disk;

/**
 * The local disk space of one executor. Nothing is on disk before the first file is created, and nothing is left after
 * {@link #close}.
 *
 * <p><b>Threads.</b> May be used from any thread. A writer, and a stream that reads, belong to one thread each.
 *
 * <p><b>Failures.</b> What cannot be written or read is a {@link LocalDiskException}, which names the directory and how
 * many bytes there are. No partial file stays.
 */
public interface LocalDisk extends AutoCloseable {

    /**
     * Begins a file.
     *
     * @param purpose what it is for, as its name tells people: {@code run}, {@code output}, {@code block}
     * @throws LocalDiskException if no directory takes another file
     */
    DiskWriter create(String purpose);

    /** Returns what lies here now. */
    DiskUsage usage();

    /** Deletes everything; what is written or read after that fails. Closing twice is harmless. */
    @Override
    void close();

    /**
     * As {@link #close}, for whoever must not wait for a disk: nothing can be begun or opened from now on, and what lies
     * here goes soon and counts until then. It is to be closed all the same by whoever may wait; that deletes what is left.
     */
    default void closeSoon() {
        close();
    }
}
